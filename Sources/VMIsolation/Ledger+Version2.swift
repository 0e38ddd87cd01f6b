import Foundation
import GRDB

extension Ledger {
    /// Migration 2: containers are stored as records, their addresses in table `address` alone, which has those of
    /// foreign networks too.
    static func containersAsRecords(_ database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE container RENAME TO container_1;
                ALTER TABLE address RENAME TO address_1;
                CREATE TABLE container (
                    id TEXT PRIMARY KEY NOT NULL, uuid TEXT NOT NULL UNIQUE, created INTEGER NOT NULL,
                    state TEXT NOT NULL, record TEXT NOT NULL);
                CREATE TABLE address (
                    network TEXT NOT NULL, mac TEXT NOT NULL, address TEXT, container TEXT,
                    used INTEGER NOT NULL DEFAULT 0, pooled INTEGER NOT NULL, PRIMARY KEY (network, mac));
                CREATE INDEX address_container ON address (container);
                INSERT INTO address SELECT network, mac, address, container, used, 1 FROM address_1;
                INSERT OR IGNORE INTO address (network, mac, address, container, pooled)
                    SELECT network, mac, address, id, 0 FROM container_1 WHERE mac != '';
                """)
        let boot = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id") ?? Data()
        for row in try Row.fetchAll(database, sql: "SELECT id, uuid, created, image, kept FROM container_1") {
            let record = try JSONSerialization.data(
                withJSONObject: record(of: row, boot: String(decoding: boot, as: UTF8.self)), options: .sortedKeys)
            try database.execute(
                sql: "INSERT INTO container VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    row["id"], row["uuid"], row["created"], row["kept"] ? "kept" : "starting",
                    String(decoding: record, as: UTF8.self),
                ])
        }
        try database.execute(sql: "DROP TABLE container_1; DROP TABLE address_1")
    }

    /// Spelled out, as it must not change with the types: enough to find the machine and to undo the launch.
    private static func record(of row: Row, boot: String) -> [String: Any] {
        let resources: [String: Any] = ["cpus": ["thousandths": 1000], "memory": 0, "disk": 0]
        let command: [String: Any] = [
            "arguments": [String](), "environment": [String](), "directory": "/sandbox", "user": "root",
            "terminal": false,
        ]
        let config: [String: Any] = [
            "id": row["id"] as String, "resources": resources, "image": row["image"] as String, "command": command,
            "output": "caller", "puts": [String](), "gets": [String](), "rates": [String: Int](),
            "keep": row["kept"] as Bool,
        ]
        let life: [String: Any] = [
            "state": row["kept"] ? ["kept": ["_0": unknownEnd]] : ["starting": [String: Int]()], "isolators": 0,
            "prepared": 0, "started": true, "launched": true, "failed": [String](),
        ]
        return [
            "config": config, "launcher": "vm", "machine": row["uuid"] as String, "created": row["created"] as Int,
            "bootID": boot.trimmingCharacters(in: .whitespacesAndNewlines), "life": life, "resources": resources,
        ]
    }

    private static var unknownEnd: [String: Any] {
        let error: [String: Any] = [
            "reason": "resultMissing", "subject": "its command", "remedy": "", "evidence": [String](),
            "detail": "an earlier version kept its machine and did not store how it had ended",
        ]
        return [
            "outcome": ["hostFailed": ["_0": error]], "evidence": [String](), "flaws": [String](),
            "leftOut": [String](),
        ]
    }
}

import Foundation
import GRDB
import Isolation

/// What is known of a network's walls.
struct WallRecord: Hashable, Sendable {
    /// Of the host, that guests may reach.
    var port: Int?
    /// Which of its addresses that is at.
    var address: String?
    /// Nil before they were set.
    var stamp: WallStamp?
    /// How often somebody had taken them away, or changed them.
    var repairs = 0
}

extension Ledger {
    /// Migration 3: what was let through a network's walls, and how they were when we set them.
    static func walls(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE wall (
                    network TEXT PRIMARY KEY NOT NULL, port INTEGER, stamp TEXT, repairs INTEGER NOT NULL DEFAULT 0)
                """)
    }

    /// Migration 4: guests may reach the host's port at its address on another network.
    static func wallAddresses(_ database: Database) throws {
        try database.execute(sql: "ALTER TABLE wall ADD COLUMN address TEXT")
    }

    func wall(of network: String) throws(BulkheadError) -> WallRecord {
        try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT port, address, stamp, repairs FROM wall WHERE network = ?", arguments: [network])
            guard let row else { return WallRecord() }
            let stamp = (row["stamp"] as String?).flatMap { try? JSONDecoder().decode(WallStamp.self, from: Data($0.utf8)) }
            return WallRecord(port: row["port"], address: row["address"], stamp: stamp, repairs: row["repairs"])
        }
    }

    func admit(port: Int, at address: String, of network: String) throws(BulkheadError) {
        try write { database in
            try database.execute(
                sql: """
                    INSERT INTO wall (network, port, address) VALUES (?, ?, ?)
                    ON CONFLICT (network) DO UPDATE SET port = excluded.port, address = excluded.address
                    """, arguments: [network, port, address])
        }
    }

    func stampWall(of network: String, _ stamp: WallStamp?, isRepair: Bool) throws(BulkheadError) {
        try write { database in
            let stamp = try stamp.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
            try database.execute(
                sql: """
                    INSERT INTO wall (network, stamp) VALUES (:network, :stamp)
                    ON CONFLICT (network) DO UPDATE SET stamp = excluded.stamp, repairs = repairs + :repairs
                    """, arguments: ["network": network, "stamp": stamp, "repairs": isRepair ? 1 : 0])
        }
    }

    /// Whoever may come to be on a network.
    func pool(of network: String) throws(BulkheadError) -> [Reservation] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT mac, address FROM address WHERE network = ? AND pooled ORDER BY mac",
                arguments: [network]
            ).map { Reservation(mac: $0["mac"], address: $0["address"]) }
        }
    }

    /// What the guests of a network may reach, by their addresses; those that may reach nothing are left out.
    func egress(of network: String) throws(BulkheadError) -> [String: EgressPolicy] {
        var policies: [String: EgressPolicy] = [:]
        for record in try records() {
            guard let policy = record.config.egress, let taken = try address(of: record.id), taken.network == network,
                let address = taken.reservation.address
            else { continue }
            policies[address] = policy
        }
        return policies
    }
}

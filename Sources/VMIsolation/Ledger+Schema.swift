import Foundation
import GRDB
import Isolation

extension Ledger {
    /// Append only: a released migration is never changed.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE owner (id TEXT NOT NULL);
                    CREATE TABLE container (
                        id TEXT PRIMARY KEY NOT NULL, uuid TEXT NOT NULL UNIQUE, connection TEXT NOT NULL,
                        created INTEGER NOT NULL, image TEXT NOT NULL, kept INTEGER NOT NULL,
                        network TEXT NOT NULL, mac TEXT NOT NULL, address TEXT);
                    CREATE TABLE address (
                        network TEXT NOT NULL, mac TEXT NOT NULL, address TEXT NOT NULL,
                        container TEXT, used INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (network, mac));
                    """)
            try database.execute(sql: "INSERT INTO owner VALUES (?)", arguments: [UUID().uuidString.lowercased()])
        }
        migrator.registerMigration("2", migrate: containersAsRecords)
        migrator.registerMigration("3", migrate: walls)
        migrator.registerMigration("4", migrate: wallAddresses)
        return migrator
    }

    /// What SQLite finds wrong with it.
    func flaw() throws(BulkheadError) -> String? {
        try read { database in
            guard let found = try String.fetchOne(database, sql: "PRAGMA quick_check(1)"), found != "ok" else {
                return nil
            }
            return found
        }
    }

    /// - Returns: the owner's id.
    static func migrate(_ database: DatabaseQueue, path: String) throws -> String {
        // Before anything else, and before the change to WAL is: that would write to the file.
        try checkIsNotNewer(database, path: path)
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try migrator.migrate(database)
        return try owner(database, path: path)
    }

    /// Of one that is only to be read.
    ///
    /// - Returns: the owner's id.
    static func ownerAsItIs(_ database: DatabaseQueue, path: String) throws -> String {
        try checkIsNotNewer(database, path: path)
        guard try database.read({ try migrator.hasCompletedMigrations($0) }) else {
            throw BulkheadError(
                .stateUnusable, "ledger \(path)", "an earlier Bulkhead wrote it",
                remedy: "bulkhead ps brings it to this version, which that one then refuses")
        }
        return try owner(database, path: path)
    }

    private static func checkIsNotNewer(_ database: DatabaseQueue, path: String) throws {
        if try database.read({ try migrator.hasBeenSuperseded($0) }) {
            throw BulkheadError(
                .stateUnusable, "ledger \(path)", "a newer Bulkhead wrote it",
                remedy: "use that version, or set BULKHEAD_STATE_DIR to a directory of this version's own")
        }
    }

    private static func owner(_ database: DatabaseQueue, path: String) throws -> String {
        guard let owner = try database.read({ try String.fetchOne($0, sql: "SELECT id FROM owner") }) else {
            throw BulkheadError(.stateUnusable, "ledger \(path)", "it names no owner", remedy: "move it away")
        }
        return owner
    }
}

import FoundationEssentials
import GRDB
import Isolation

extension AgentStore {
    /// Append only: a released migration is never changed.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE agent (id TEXT NOT NULL);
                    CREATE TABLE framework (id TEXT PRIMARY KEY NOT NULL, info BLOB NOT NULL);
                    CREATE TABLE executor (
                        number INTEGER PRIMARY KEY AUTOINCREMENT, container TEXT NOT NULL UNIQUE,
                        framework TEXT NOT NULL, info BLOB NOT NULL, command INTEGER NOT NULL, life TEXT NOT NULL);
                    CREATE TABLE task (
                        number INTEGER PRIMARY KEY AUTOINCREMENT, framework TEXT NOT NULL, id TEXT NOT NULL,
                        container TEXT NOT NULL, team INTEGER, info BLOB NOT NULL, state INTEGER NOT NULL,
                        delivered INTEGER NOT NULL DEFAULT 0, killed INTEGER NOT NULL DEFAULT 0,
                        UNIQUE (framework, id));
                    CREATE INDEX task_container ON task (container);
                    CREATE TABLE status (
                        number INTEGER PRIMARY KEY AUTOINCREMENT, task INTEGER NOT NULL, uuid BLOB NOT NULL,
                        status BLOB NOT NULL, UNIQUE (task, uuid));
                    """)
            try database.execute(
                sql: "INSERT INTO agent VALUES (?)", arguments: [UUID().uuidString.lowercased() + "-S0"])
        }
        migrator.registerMigration("2") { database in
            try database.execute(
                sql: """
                    CREATE TABLE membership (agent BLOB, resources BLOB NOT NULL, drain BLOB);
                    CREATE TABLE outbox (
                        number INTEGER PRIMARY KEY, framework TEXT NOT NULL, executor TEXT, status BLOB NOT NULL);
                    """)
        }
        // A task's updates replace each other in its hundred places: none is deleted, and no index has to follow.
        migrator.registerMigration("3") { database in
            try database.execute(
                sql: """
                    CREATE TABLE kept (
                        task INTEGER NOT NULL, place INTEGER NOT NULL, number INTEGER NOT NULL, status BLOB NOT NULL,
                        PRIMARY KEY (task, place)) WITHOUT ROWID;
                    INSERT INTO kept SELECT task, nth % 100, nth, status FROM (
                        SELECT task, row_number() OVER (PARTITION BY task ORDER BY number) AS nth, status FROM status);
                    DROP TABLE status;
                    ALTER TABLE kept RENAME TO status;
                    """)
        }
        return migrator
    }

    /// - Returns: the agent's id.
    static func migrate(_ database: DatabaseQueue, path: String) throws -> String {
        // Before the change to WAL, which would write to the file.
        if try database.read({ try migrator.hasBeenSuperseded($0) }) {
            throw BulkheadError(
                .stateUnusable, "agent's store \(path)", "a newer Bulkhead wrote it",
                remedy: "use that version, or another --work_dir")
        }
        try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try migrator.migrate(database)
        guard let id = try database.read({ try String.fetchOne($0, sql: "SELECT id FROM agent") }) else {
            throw BulkheadError(.stateUnusable, "agent's store \(path)", "it names no agent", remedy: "move it away")
        }
        return id
    }
}

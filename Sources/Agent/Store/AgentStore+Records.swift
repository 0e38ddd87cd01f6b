import FoundationEssentials
import GRDB
import Isolation
import Mesos
import SwiftProtobuf

extension AgentStore {
    /// Adds a framework, or changes it.
    func save(_ framework: Mesos_V1_FrameworkInfo) throws(BulkheadError) {
        try write { database in
            try database.execute(
                sql: "INSERT INTO framework VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET info = excluded.info",
                arguments: [framework.id.value, try framework.serializedBytes() as Data])
        }
    }

    /// Stores the intent of a launch, before anything of it is done: all of it or nothing.
    ///
    /// - Parameter executor: nil where the tasks go to one that is stored already.
    /// - Throws: ``BulkheadError`` with `nameInUse` for the id of a task that is known.
    func add(_ executor: StoredExecutor?, _ tasks: [StoredTask]) throws(BulkheadError) {
        try write { database in
            if let executor {
                try database.execute(
                    sql: "INSERT INTO executor (container, framework, info, command, life) VALUES (?, ?, ?, ?, ?)",
                    arguments: [
                        executor.container.description, executor.framework,
                        try executor.info.serializedBytes() as Data, executor.isCommandExecutor,
                        executor.life.state.rawValue,
                    ])
            }
            for task in tasks {
                try database.execute(
                    sql: """
                        INSERT INTO task (framework, id, container, team, info, state) VALUES (?, ?, ?, ?, ?, ?)
                        ON CONFLICT DO NOTHING
                        """,
                    arguments: [
                        task.framework, task.id, task.container.description, task.group,
                        try task.info.serializedBytes() as Data, task.state.rawValue,
                    ])
                guard database.changesCount == 1 else {
                    throw BulkheadError(
                        .nameInUse, "task “\(task.id)”", "there is or was one of this id",
                        remedy: "give each task an id of its own")
                }
            }
        }
    }

    func save(_ life: ExecutorLife, of container: ContainerID) throws(BulkheadError) {
        try write { database in
            try database.execute(
                sql: "UPDATE executor SET life = ? WHERE container = ?",
                arguments: [life.state.rawValue, container.description])
        }
    }

    /// Stores what has become of tasks: sent, or to be killed.
    func saveMarks(_ tasks: [StoredTask]) throws(BulkheadError) {
        try write { database in
            for task in tasks {
                try database.execute(
                    sql: "UPDATE task SET delivered = ?, killed = ? WHERE framework = ? AND id = ?",
                    arguments: [task.isDelivered, task.isKillWanted, task.framework, task.id])
            }
        }
    }

    /// Stores what a task is to be now.
    func saveInfo(_ task: StoredTask) throws(BulkheadError) {
        try write { database in
            try database.execute(
                sql: "UPDATE task SET info = ? WHERE framework = ? AND id = ?",
                arguments: [try task.info.serializedBytes() as Data, task.framework, task.id])
        }
    }

    /// Stores updates of different tasks with the states that they bring: all of them or none.
    ///
    /// - Returns: for each its number in the outbox, 0 where the master hears nothing of it.
    @discardableResult
    func add(_ updates: [StoredUpdate]) throws(BulkheadError) -> [Int64] {
        try write { database in try updates.map { try Self.add($0, database) } }
    }

    private static func add(_ stored: StoredUpdate, _ database: Database) throws -> Int64 {
        let (update, number) = (stored.update, stored.number)
        let status: Data = try update.status.serializedBytes()
        let keep = try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO status (task, place, number, status)
                SELECT number, ?, ?, ? FROM task WHERE framework = ? AND id = ?
                """)
        try keep.execute(
            arguments: [number % AgentStore.updatesOfATask, number, status, update.framework, update.key.id])
        guard database.changesCount == 1 else {
            throw BulkheadError(
                .stateUnusable, "agent's store", "it has no task “\(update.key.id)”", remedy: "see who else changes it")
        }
        if stored.changesState {
            try database.cachedStatement(sql: "UPDATE task SET state = ? WHERE framework = ? AND id = ?")
                .execute(arguments: [update.status.state.rawValue, update.framework, update.key.id])
        }
        return stored.isForMaster ? try post(update, status, database) : 0
    }

    /// Forgets executors that have ended, with their tasks, but for the last ones.
    ///
    /// - Returns: whose containers they had.
    func forgetEnded(butFor count: Int) throws(BulkheadError) -> [String] {
        try write { database in
            let old = try String.fetchAll(
                database,
                sql: "SELECT container FROM executor WHERE life = ? ORDER BY number DESC LIMIT -1 OFFSET ?",
                arguments: [ExecutorLife.State.terminated.rawValue, count])
            for container in old {
                try database.execute(
                    sql: """
                        DELETE FROM status WHERE task IN (SELECT number FROM task WHERE container = :container);
                        DELETE FROM task WHERE container = :container;
                        DELETE FROM executor WHERE container = :container;
                        """, arguments: ["container": container])
            }
            return old
        }
    }
}

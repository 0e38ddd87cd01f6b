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

    /// Stores updates, each with the state that it brings; one that is stored already changes nothing.
    func add(_ statuses: [(task: StoredTask, status: Mesos_V1_TaskStatus)]) throws(BulkheadError) {
        try write { database in
            for (task, status) in statuses {
                let number = try Int64.fetchOne(
                    database, sql: "SELECT number FROM task WHERE framework = ? AND id = ?",
                    arguments: [task.framework, task.id])
                try database.execute(
                    sql: "INSERT INTO status (task, uuid, status) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    arguments: [number, status.uuid, try status.serializedBytes() as Data])
                guard database.changesCount == 1 else { continue }
                try database.execute(
                    sql: "UPDATE task SET state = ? WHERE number = ?", arguments: [status.state.rawValue, number])
                guard task.statuses.count >= AgentStore.updatesOfATask else { continue }
                try database.execute(
                    sql: """
                        DELETE FROM status WHERE task = :task AND number NOT IN
                        (SELECT number FROM status WHERE task = :task ORDER BY number DESC LIMIT :limit)
                        """, arguments: ["task": number, "limit": AgentStore.updatesOfATask])
            }
        }
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

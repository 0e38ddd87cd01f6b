import FoundationEssentials
import GRDB
import Isolation
import Mesos
import SwiftProtobuf

extension AgentStore {
    /// Everything, oldest first.
    ///
    /// - Parameter isStrict: a record that cannot be read is an error; else it is left out, and stays where it is.
    func load(isStrict: Bool = true) throws(BulkheadError) -> (
        frameworks: [Mesos_V1_FrameworkInfo], executors: [StoredExecutor], tasks: [StoredTask], leftOut: [String]
    ) {
        var leftOut: [String] = []
        func readable<Value>(_ rows: [Row], _ read: (Row) throws -> Value) throws -> [Value] {
            try rows.compactMap { row in
                do { return try read(row) } catch {
                    if isStrict { throw error }
                    leftOut.append("\(error)")
                    return nil
                }
            }
        }
        return try read { database in
            let frameworks = try Row.fetchAll(database, sql: "SELECT info FROM framework ORDER BY id")
            let executors = try Row.fetchAll(database, sql: "SELECT * FROM executor ORDER BY number")
            let tasks = try Row.fetchAll(database, sql: "SELECT * FROM task ORDER BY number")
            let rows = try Row.fetchAll(database, sql: "SELECT task, number, status FROM status ORDER BY task, number")
            let statuses = Dictionary(grouping: rows) { $0["task"] as Int64 }
            return (
                try readable(frameworks) { try Mesos_V1_FrameworkInfo(serializedBytes: $0["info"] as Data) },
                try readable(executors, executor),
                try readable(tasks) { try task($0, statuses[$0["number"]] ?? []) }, leftOut
            )
        }
    }

    private func executor(_ row: Row) throws -> StoredExecutor {
        guard let state = ExecutorLife.State(rawValue: row["life"]) else { throw strange("life", row) }
        return StoredExecutor(
            framework: row["framework"], info: try Mesos_V1_ExecutorInfo(serializedBytes: row["info"] as Data),
            container: try ContainerID(row["container"]), isCommandExecutor: row["command"],
            life: ExecutorLife(state))
    }

    private func task(_ row: Row, _ statuses: [Row]) throws -> StoredTask {
        guard let state = Mesos_V1_TaskState(rawValue: row["state"]) else { throw strange("state", row) }
        var task = StoredTask(
            framework: row["framework"], info: try Mesos_V1_TaskInfo(serializedBytes: row["info"] as Data),
            container: try ContainerID(row["container"]), group: row["team"], state: state,
            isDelivered: row["delivered"], isKillWanted: row["killed"])
        for row in statuses {
            task.restore(try Mesos_V1_TaskStatus(serializedBytes: row["status"] as Data), number: row["number"])
        }
        return task
    }

    private func strange(_ column: String, _ row: Row) -> BulkheadError {
        BulkheadError(
            .stateUnusable, "agent's store", "“\(row[column] as DatabaseValue)” is no \(column)",
            remedy: "it was changed by somebody else; move it away")
    }
}

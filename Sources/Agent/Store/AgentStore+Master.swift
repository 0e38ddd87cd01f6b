import FoundationEssentials
import GRDB
import Isolation
import Mesos
import SwiftProtobuf

/// What the master and we agreed on; it outlives both.
struct Membership: Hashable, Sendable {
    /// The agent as it registered, its id included; nil where it never did.
    var agent: Mesos_V1_AgentInfo?
    /// Dynamic reservations and persistent volumes.
    var resources: [Mesos_V1_Resource] = []
    /// Set while the master has the agent drained.
    var drain: Mesos_V1_DrainConfig?
}

extension AgentStore {
    func membership() throws(BulkheadError) -> Membership {
        try read { database in
            guard let row = try Row.fetchOne(database, sql: "SELECT * FROM membership") else { return Membership() }
            let (agent, drain) = (row["agent"] as Data?, row["drain"] as Data?)
            return Membership(
                agent: try agent.map { try Mesos_V1_AgentInfo(serializedBytes: $0) },
                resources: try Mesos_Internal_CheckpointResourcesMessage(serializedBytes: row["resources"] as Data)
                    .resources,
                drain: try drain.map { try Mesos_V1_DrainConfig(serializedBytes: $0) })
        }
    }

    func save(_ membership: Membership) throws(BulkheadError) {
        try write { database in
            let resources = Mesos_Internal_CheckpointResourcesMessage.with { $0.resources = membership.resources }
            try database.execute(
                sql: "DELETE FROM membership; INSERT INTO membership VALUES (:agent, :resources, :drain)",
                arguments: [
                    "agent": try membership.agent?.serializedBytes() as Data?,
                    "resources": try resources.serializedBytes() as Data,
                    "drain": try membership.drain?.serializedBytes() as Data?,
                ])
        }
        id.assign(membership.agent?.id.value)
    }

    /// Stores an update that belongs to no task of the store.
    ///
    /// - Returns: its number.
    func post(_ update: UpdateStreams.Update) throws(BulkheadError) -> Int64 {
        try write { try Self.post(update, update.status.serializedBytes(), $0) }
    }

    /// - Parameter status: the update's own, as bytes.
    static func post(_ update: UpdateStreams.Update, _ status: Data, _ database: Database) throws -> Int64 {
        try database.cachedStatement(sql: "INSERT INTO outbox (framework, executor, status) VALUES (?, ?, ?)")
            .execute(arguments: [update.framework, update.executor, status])
        return database.lastInsertedRowID
    }

    /// What the master has not acknowledged, oldest first.
    func outbox() throws(BulkheadError) -> [UpdateStreams.Update] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM outbox ORDER BY number").map { row in
                UpdateStreams.Update(
                    framework: row["framework"], executor: row["executor"],
                    status: try Mesos_V1_TaskStatus(serializedBytes: row["status"] as Data), number: row["number"])
            }
        }
    }

    /// Forgets updates of the outbox by their numbers.
    func acknowledge(_ numbers: [Int64]) throws(BulkheadError) {
        try write { database in
            let delete = try database.cachedStatement(sql: "DELETE FROM outbox WHERE number = ?")
            for number in numbers { try delete.execute(arguments: [number]) }
        }
    }

    /// Nobody is to be told of the framework any more.
    func dropOutbox(of framework: String) throws(BulkheadError) {
        try write { try $0.execute(sql: "DELETE FROM outbox WHERE framework = ?", arguments: [framework]) }
    }

    func remove(framework: String) throws(BulkheadError) {
        try write { try $0.execute(sql: "DELETE FROM framework WHERE id = ?", arguments: [framework]) }
    }
}

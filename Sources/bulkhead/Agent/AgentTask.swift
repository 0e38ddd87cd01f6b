import Foundation
import Isolation
import VMIsolation

/// A task as the agent tells it.
struct AgentTask: Decodable {
    struct ID: Decodable { var value: String }

    var taskId: ID
    var state: String
    var statuses: [TaskReport]?
    var containerId: String?
    var image: String?
    /// Seconds since 1970, of its container; nil where that has ended.
    var created: Double?

    var isEnded: Bool { statuses?.last?.isTerminal ?? false }

    /// Its container's.
    var address: String? { statuses?.reversed().lazy.compactMap(\.address).first }

    func age(at now: Date) -> String {
        guard let begin = created ?? statuses?.lazy.compactMap(\.timestamp).first else { return "-" }
        let seconds = max(0, Int(now.timeIntervalSince1970 - begin))
        let units = [(86400, "d"), (3600, "h"), (60, "m")]
        guard let (size, unit) = units.first(where: { seconds >= 2 * $0.0 }) else { return "\(seconds)s" }
        return "\(seconds / size)\(unit)"
    }
}

/// A v1 TaskStatus, what of it is needed here.
struct TaskReport: Decodable, Sendable {
    struct Container: Decodable, Sendable {
        struct Network: Decodable, Sendable {
            struct Address: Decodable, Sendable { var ipAddress: String? }
            var ipAddresses: [Address]?
        }
        var networkInfos: [Network]?
    }

    var state: String
    var message: String?
    var reason: String?
    var source: String?
    var timestamp: Double?
    var containerStatus: Container?

    var address: String? { containerStatus?.networkInfos?.first?.ipAddresses?.first?.ipAddress }

    /// As Mesos' `isTerminalState` has it.
    var isTerminal: Bool {
        let open = ["STAGING", "STARTING", "RUNNING", "KILLING", "UNREACHABLE", "UNKNOWN"]
        return !open.contains { state == "TASK_" + $0 }
    }
}

extension AgentClient {
    /// - Throws: ``BulkheadError`` with `agentRefused` for what is no such answer.
    static func decode<Value: Decodable>(
        _ type: Value.Type = Value.self, from bytes: [UInt8]
    ) throws(BulkheadError) -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(Value.self, from: Data(bytes)) } catch { throw strange() }
    }

    /// JSON as it is, to be shown.
    ///
    /// - Throws: ``BulkheadError`` with `agentRefused` for what is none.
    static func json<Value>(_ type: Value.Type = Value.self, from bytes: [UInt8]) throws(BulkheadError) -> Value {
        guard let value = try? JSONSerialization.jsonObject(with: Data(bytes)) as? Value else { throw strange() }
        return value
    }

    private static func strange() -> BulkheadError {
        BulkheadError(
            .agentRefused, "agent", "its answer cannot be understood",
            remedy: "see that it is a Bulkhead agent of this version")
    }

    static func tasks(_ words: String..., query: [(String, String)] = []) -> String {
        AgentRequest.path(["bulkhead", "v1", "tasks"] + words, query: query)
    }

    func task(_ id: String) async throws -> AgentTask {
        try Self.decode(from: try await answer(AgentRequest("GET", Self.tasks(id))))
    }
}

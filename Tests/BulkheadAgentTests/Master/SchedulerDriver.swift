import Foundation
import Glibc
import TestSupport
import Testing

/// A framework's scheduler beside the test, which does what the test says and writes down what the master says.
final class SchedulerDriver: Sendable {
    /// One UPDATE.
    struct Update: Hashable, CustomStringConvertible {
        var task: String
        var state: String
        var source: String?
        var reason: String?
        var message: String?
        /// Nil for what the master says of itself: it needs no acknowledgement.
        var uuid: String?
        var container: String?
        var address: String?

        init(_ status: [String: Any]) {
            task = Self.value(status["task_id"]) ?? ""
            state = status["state"] as? String ?? ""
            (source, reason) = (status["source"] as? String, status["reason"] as? String)
            (message, uuid) = (status["message"] as? String, status["uuid"] as? String)
            let container = status["container_status"] as? [String: Any]
            self.container = Self.value(container?["container_id"])
            let network = (container?["network_infos"] as? [[String: Any]])?.first
            address = (network?["ip_addresses"] as? [[String: Any]])?.first?["ip_address"] as? String
        }

        private static func value(_ id: Any?) -> String? { (id as? [String: Any])?["value"] as? String }

        var isTerminal: Bool {
            !["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_UNREACHABLE"].contains(state)
        }

        var description: String { "\(task) \(state) \(reason ?? "") \(message ?? "") \(uuid ?? "unreliable")" }
    }

    let program: RunningProgram

    /// Subscribes with the one of the masters that leads.
    init(_ masters: RealMaster..., checkpoints: Bool = true) async throws {
        let info: [String: Any] = [
            "user": "root", "name": "test", "checkpoint": checkpoints, "failover_timeout": 600, "roles": ["test"],
            "capabilities": ["MULTI_ROLE", "PARTITION_AWARE", "RESERVATION_REFINEMENT"].map { ["type": $0] },
        ]
        let script = Repository.path + "/Tests/Fixtures/scheduler.py"
        let text = String(decoding: try JSONSerialization.data(withJSONObject: info), as: UTF8.self)
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        program = try RunningProgram(
            ["/usr/bin/env", "python3", script, masters.map(\.address).joined(separator: ","), text].map {
                Array($0.utf8)
            },
            environment: [Array("PATH=\(path)".utf8)], input: .pipe)
        try await program.awaitOutput("SUBSCRIBED", within: .seconds(30))
    }

    func send(_ order: [String: Any]) throws {
        try program.send(JSONSerialization.data(withJSONObject: order) + Data("\n".utf8))
    }

    func call(_ type: String, _ body: [String: Any]) throws {
        try send(["call": ["type": type, type.lowercased(): body]])
    }

    /// A command task, as soon as there is an offer.
    func run(_ id: String, _ script: String, more: [String: Any] = [:]) throws {
        try send(["launch": [Self.task(id, ["command": ["value": script]].merging(more) { $1 })]])
    }

    /// Commands that start together in one executor of the agent's own.
    func group(_ executor: String, _ scripts: [String: String]) throws {
        // A master wants its disk named.
        let disk: [String: Any] = ["name": "disk", "type": "SCALAR", "scalar": ["value": 32]]
        let resources = Self.resources(cpus: 0.1, memory: 32) + [disk]
        try send([
            "group": scripts.map { Self.task($0.key, ["command": ["value": $0.value]]) },
            "executor": ["executor_id": ["value": executor], "type": "DEFAULT", "resources": resources],
        ])
    }

    /// A message for an executor.
    func tell(_ text: String, executor: String, on agent: String) throws {
        let data = Data(text.utf8).base64EncodedString()
        try call("MESSAGE", ["agent_id": ["value": agent], "executor_id": ["value": executor], "data": data])
    }

    /// - Returns: the first message of an executor.
    func heard() async throws -> String? {
        let message = try await self.await(event: "MESSAGE")["message"] as? [String: Any]
        return (message?["data"] as? String).flatMap { Data(base64Encoded: $0) }.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    func kill(_ id: String) throws { try call("KILL", ["kill_policy": Self.seconds(2), "task_id": ["value": id]]) }

    static func seconds(_ count: Int) -> [String: Any] { ["grace_period": ["nanoseconds": count * 1_000_000_000]] }

    static func task(_ id: String, _ more: [String: Any]) -> [String: Any] {
        ["name": id, "task_id": ["value": id], "resources": resources(cpus: 0.1, memory: 32)].merging(more) { $1 }
    }

    static func resources(cpus: Double, memory: Double) -> [[String: Any]] {
        [("cpus", cpus), ("mem", memory)].map { ["name": $0, "type": "SCALAR", "scalar": ["value": $1]] }
    }

    /// All that the master said so far, but for offers and heartbeats.
    func events() throws -> [[String: Any]] {
        program.output.split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any]
        }
    }

    func updates() throws -> [Update] {
        try events().compactMap { event in
            ((event["update"] as? [String: Any])?["status"] as? [String: Any]).map(Update.init)
        }
    }

    /// What the agent told of one task is this; what it repeats has the same id and counts once, what the master says
    /// of itself does not count.
    func check(_ task: String, _ states: [String]) throws {
        var seen: Set<String> = []
        let updates = try updates().filter { $0.task == task && $0.uuid != nil && seen.insert($0.uuid ?? "").inserted }
        #expect(updates.map(\.state) == states, "\(updates)")
    }

    /// All tasks have ended, nothing follows their ends, no state of one was told as two updates; and nothing was told
    /// twice, unless it had to be.
    func check(allowsRepeating: Bool = false) throws {
        let updates = try updates().filter { $0.uuid != nil }
        if !allowsRepeating { #expect(Set(updates.map(\.uuid)).count == updates.count, "told twice: \(updates)") }
        for (task, updates) in Dictionary(grouping: updates, by: \.task) {
            var seen: Set<String> = []
            let new = updates.filter { seen.insert($0.uuid ?? "").inserted }
            #expect(Set(new.map(\.state)).count == new.count, "told anew: \(task): \(updates)")
            #expect(
                new.firstIndex(where: \.isTerminal) == new.count - 1, "not ended once, at last: \(task): \(updates)")
        }
    }

    /// Waits for a task's update.
    @discardableResult
    func await(
        _ state: String, of task: String, within limit: Duration = .seconds(60),
        where isWanted: (Update) -> Bool = { _ in true }
    ) async throws -> Update {
        try await found("\(state) of \(task)", within: limit) {
            try updates().first { $0.task == task && $0.state == state && isWanted($0) }
        }
    }

    /// Waits for an event of a type.
    @discardableResult
    func await(event type: String, within limit: Duration = .seconds(100)) async throws -> [String: Any] {
        try await found(type, within: limit) { try events().first { $0["type"] as? String == type } }
    }

    private func found<Value>(_ what: String, within limit: Duration, _ look: () throws -> Value?) async throws -> Value
    {
        do { return try await eventually(what, within: limit, look) } catch let failure as WaitFailure {
            throw WaitFailure(
                what: "\(failure.what); there was \(program.outputText.suffix(4000)) \(program.errorText)")
        }
    }
}

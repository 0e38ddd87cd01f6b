import ExecutorCore
import Foundation
import TestSupport

/// An executor, the real program, and the agent that started it.
final class Trial: Sendable {
    let agent: ScriptedAgent
    let program: RunningProgram
    let sandbox: TemporaryDirectory

    static var path: String {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
        return ProcessInfo.processInfo.environment["BULKHEAD_EXECUTOR"] ?? tests + "/bulkhead-executor"
    }

    init(_ settings: [String: String] = [:], agent: ScriptedAgent? = nil, program: String = Trial.path) throws {
        self.agent = try agent ?? ScriptedAgent()
        sandbox = TemporaryDirectory()
        var environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "FROM_AGENT": "base", "MESOS_FRAMEWORK_ID": "f1",
            "MESOS_EXECUTOR_ID": "e1", "MESOS_AGENT_ENDPOINT": "127.0.0.1:\(self.agent.port)",
            "MESOS_SANDBOX": sandbox.path, "MESOS_CHECKPOINT": "1", "MESOS_RECOVERY_TIMEOUT": "1mins",
            "MESOS_SUBSCRIPTION_BACKOFF_MAX": "200ms", "MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD": "5secs",
        ]
        environment.merge(settings) { $1 }
        self.program = try RunningProgram(
            [Array(program.utf8)],
            environment: environment.filter { !$0.value.isEmpty }.map { Array("\($0)=\($1)".utf8) })
    }

    // What the agent says.

    /// A task whose command is a script; `extra` is further members of its TaskInfo.
    static func task(_ id: String, _ script: String, extra: String = "") -> String {
        task(id, command: #"{"value":\#(quoted(script))}"#, extra: extra)
    }

    static func task(_ id: String, command: String, extra: String = "") -> String {
        #"{"name":"n","task_id":{"value":"\#(id)"},"agent_id":{"value":"a"},"command":\#(command)\#(extra)}"#
    }

    static func quoted(_ text: String) -> String { String(decoding: JSON.string(text).bytes, as: UTF8.self) }

    func launch(_ task: String) async throws {
        try await subscribed()
        agent.send(#"{"type":"LAUNCH","launch":{"task":\#(task)}}"#)
    }

    func launchGroup(_ tasks: String...) async throws {
        try await subscribed()
        let list = tasks.joined(separator: ",")
        agent.send(#"{"type":"LAUNCH_GROUP","launch_group":{"task_group":{"tasks":[\#(list)]}}}"#)
    }

    func kill(_ id: String, grace: Duration? = nil) {
        let nanoseconds = grace.map { Int64($0 / .nanoseconds(1)) }
        let policy = nanoseconds.map { #","kill_policy":{"grace_period":{"nanoseconds":\#($0)}}"# } ?? ""
        agent.send(#"{"type":"KILL","kill":{"task_id":{"value":"\#(id)"}\#(policy)}}"#)
    }

    func shutDown() { agent.send(#"{"type":"SHUTDOWN"}"#) }

    // What came of it.

    func subscribed() async throws {
        try await eventually("a subscription", within: .seconds(100)) { self.agent.isSubscribed ? true : nil }
    }

    /// The first update of a task in a state for which more may hold.
    @discardableResult
    func update(
        _ state: String, of id: String = "t1", within limit: Duration = .seconds(100),
        where holds: (JSON) -> Bool = { _ in true }
    ) async throws -> JSON {
        try await eventually("\(state) of \(id); there are \(states(of: id)); \(program.errorText)", within: limit) {
            self.agent.updates.first { $0.task == id && $0.state == state && holds($0.status) }?.status
        }
    }

    /// In the order in which they came, each once.
    func states(of id: String = "t1") -> [String] {
        var known: Set<String> = []
        return agent.updates.filter { $0.task == id && known.insert($0.status["uuid"]?.text ?? "").inserted }
            .compactMap(\.state)
    }

    func end(within limit: Duration = .seconds(100)) async throws -> Int32 { try await program.wait(within: limit) }

    func file(_ name: String) -> String? {
        FileManager.default.contents(atPath: sandbox.path + "/" + name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Waits until a task has left a number in a file.
    func number(in name: String) async throws -> pid_t {
        try await eventually("a number in \(name)", within: .seconds(100)) {
            self.file(name).flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
    }

    static func runs(_ process: pid_t) -> Bool {
        guard let stat = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return false }
        return !String(decoding: stat, as: UTF8.self).contains(") Z ")
    }
}

import ArgumentParser
import Foundation
import HostSetup
import Isolation
import VMIsolation

struct Submit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has an agent run a command as a task, and prints the task's id.",
        discussion: """
            With --wait, shows the task's output and ends with its exit status, as bulkhead run does; Ctrl-C then ends \
            the waiting, not the task. docs/tasks.md
            """)

    @OptionGroup var agent: AgentOptions
    @OptionGroup var sizes: ResourceOptions
    @Option(help: "The task's id; never used before.") var name: String?
    @Option(help: "Image of the agent's store, by name.") var image: String?
    @Option(name: .customLong("env"), parsing: .singleValue, help: "K=V, or K to pass our own value on.")
    var environment: [String] = []
    @Option(help: "User in the guest.") var user: String?
    @Option(help: "What the guest may reach, within what the agent allows: none, nat, or destinations; docs/tasks.md.")
    var egress: String?
    @Option(help: "A v1 TaskInfo in JSON from this file, or from standard input with -, instead of all above.")
    var json: String?
    @Flag(help: "Stay until the task has ended.") var wait = false
    @Flag(help: "Return when the task is stored; the default.") var detach = false
    @Argument(parsing: .postTerminator, help: "The command and its arguments.") var command: [String] = []

    func run() async throws {
        guard !wait || !detach else {
            throw BulkheadError(.badOption, "--wait", "--detach is given as well", remedy: "give one of them")
        }
        let body = try await task()
        let client = try await agent.client()
        let stored = try await client.answer(AgentRequest("POST", AgentClient.tasks(), json: body))
        let id = try AgentClient.decode(Stored.self, from: stored).taskId.value
        guard wait else { return try writeLine(id) }
        writeError("bulkhead: task \(ConsoleLog.printable(id))\n")
        let follower = TaskFollower(client: client, task: id)
        async let output: Void = follower.output("stdout", follows: true, to: .output)
        async let errors: Void = follower.output("stderr", follows: true, to: .errors)
        let end = TaskEnd(report: try await follower.end())
        _ = try await (output, errors)
        writeError(end.text)
        throw ExitCode(end.exitStatus)
    }

    private struct Stored: Decodable { var taskId: AgentTask.ID }

    private func task() async throws -> [UInt8] {
        guard let json else { return try TaskBody(self).json() }
        guard command.isEmpty, name == nil, image == nil, environment.isEmpty, user == nil, egress == nil else {
            throw BulkheadError(
                .badOption, "--json", "the task is described by other options as well", remedy: "write all of it there")
        }
        guard json != "-" else { return try await standardInput() }
        do { return try [UInt8](Data(contentsOf: URL(fileURLWithPath: json))) } catch {
            throw BulkheadError(
                .fileUnreadable, "--json “\(json)”", "it cannot be read", remedy: "give a file that you can read")
        }
    }

    private func standardInput() async throws -> [UInt8] {
        var all: [UInt8] = []
        while let part = try await StandardStream.input.read() {
            all += part
            guard all.count <= 4 << 20 else {
                throw BulkheadError(.badOption, "--json -", "it has more than 4 MiB", remedy: "send less")
            }
        }
        return all
    }
}

/// A v1 TaskInfo of what the options say.
struct TaskBody {
    private let submit: Submit
    private let resources: Resources

    /// - Throws: ``BulkheadError`` with `badOption` or `badResource`.
    init(_ submit: Submit) throws {
        guard !submit.command.isEmpty else {
            throw BulkheadError(
                .badOption, "COMMAND", "it is missing", remedy: "write it behind --: bulkhead submit -- true")
        }
        self.submit = submit
        resources = try submit.sizes.resources()
    }

    func json() throws -> [UInt8] {
        let id = submit.name ?? "task-" + ContainerID.random().description.dropFirst("run-".count)
        var command: [String: Any] = [
            "shell": false, "value": try plain(submit.command[0]), "arguments": try submit.command.map(plain),
        ]
        let variables = try submit.environment.map { text -> [String: Any] in
            let pair = try Pair.variable(text)
            return ["name": try plain(pair.name), "value": try plain(pair.value)]
        }
        if !variables.isEmpty { command["environment"] = ["variables": variables] }
        if let user = submit.user { command["user"] = try plain(user) }
        var task: [String: Any] = [
            "name": try plain(id), "task_id": ["value": try plain(id)], "command": command,
            "resources": Self.amounts(cpus: resources.cpus, memory: resources.memory, disk: resources.disk),
        ]
        if let egress = submit.egress {
            task["labels"] = ["labels": [["key": EgressPolicy.label, "value": "\(try EgressPolicy(egress))"]]]
        }
        if let image = submit.image {
            task["container"] = [
                "type": "MESOS", "mesos": ["image": ["type": "DOCKER", "docker": ["name": try plain(image)]]],
            ]
        }
        return [UInt8](try JSONSerialization.data(withJSONObject: task))
    }

    static func amounts(cpus: CPUs?, memory: Memory?, disk: Memory?) -> [[String: Any]] {
        let all = [
            ("cpus", cpus.map { Double($0.thousandths) / 1000 }), ("mem", memory.map { Double($0.bytes) / 1_048_576 }),
            ("disk", disk.map { Double($0.bytes) / 1_048_576 }),
        ]
        return all.compactMap { name, value in
            value.map { ["name": name, "type": "SCALAR", "scalar": ["value": $0]] }
        }
    }

    /// JSON holds no other bytes than UTF-8.
    private func plain(_ text: String) throws(BulkheadError) -> String {
        guard let plain = String(validating: RawText.decode(text), as: UTF8.self) else {
            throw BulkheadError(
                .badOption, "“\(text)”", "it is no UTF-8, and a task is told in JSON", remedy: "use bulkhead run for it")
        }
        return plain
    }
}

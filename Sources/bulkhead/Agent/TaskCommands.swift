import ArgumentParser
import Foundation
import Isolation
import VMIsolation

struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what an agent's task has written to its standard output.",
        discussion: "Byte for byte; on a terminal control characters are shown, not heeded.")
    @OptionGroup var agent: AgentOptions
    @Flag(name: .shortAndLong, help: "Go on until the task has ended.") var follow = false
    @Flag(help: "Its standard error instead.") var stderr = false
    @Flag(help: "Byte for byte to a terminal too.") var raw = false
    @Argument(help: "The task's id.") var task: String

    func run() async throws {
        try await TaskFollower(client: try await agent.client(), task: task)
            .output(stderr ? "stderr" : "stdout", follows: follow, to: .output, raw: raw)
    }
}

struct Wait: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Waits for the end of an agent's task, and ends with its exit status.",
        discussion: "Exit status: as of bulkhead run, from the task's last status; docs/tasks.md.")
    @OptionGroup var agent: AgentOptions
    @Argument(help: "The task's id.") var task: String

    func run() async throws {
        let end = TaskEnd(report: try await TaskFollower(client: try await agent.client(), task: task).end())
        writeError(end.text)
        throw ExitCode(end.exitStatus)
    }
}

struct Kill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ends tasks of an agent: SIGTERM, and SIGKILL after a grace period.",
        discussion: "Returns when the agent has taken the wish; bulkhead wait waits for the end.")
    @OptionGroup var agent: AgentOptions
    @Option(help: "Seconds between the two signals, instead of the task's own kill policy.") var grace: Double?
    @Argument(help: "The tasks' ids.") var tasks: [String]

    func run() async throws {
        if let grace, !(0...31_536_000).contains(grace) {
            throw BulkheadError(
                .badOption, "--grace “\(grace)”", "it is no time from 0 to a year", remedy: "give seconds, such as 10")
        }
        let client = try await agent.client()
        let query = grace.map { [("grace", "\($0)")] } ?? []
        var failed = false
        for task in tasks {
            do { _ = try await client.answer(AgentRequest("DELETE", AgentClient.tasks(task, query: query))) } catch {
                writeError("bulkhead: \(error)\n")
                failed = true
            }
        }
        if failed { throw ExitCode(125) }
    }
}

struct Update: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Gives a running task of an agent other resources.", discussion: "What is not given stays.")
    @OptionGroup var agent: AgentOptions
    @Option(help: "Processors; fractions are allowed (1.5).") var cpus: String?
    @Option(name: .customLong("mem"), help: "Memory in MiB, or with a unit: 512M, 2G.") var memory: String?
    @Argument(help: "The task's id.") var task: String

    private struct Answer: Decodable {
        struct Amounts: Decodable { var cpus, mem, disk: Double }
        var container: Amounts
        var pending: String?
    }

    func run() async throws {
        guard cpus != nil || memory != nil else {
            throw BulkheadError(.badOption, "update", "it says nothing to change", remedy: "give --cpus or --mem")
        }
        let wish = TaskBody.amounts(
            cpus: try cpus.map { try ResourceOptions.processors($0) },
            memory: try memory.map { try ResourceOptions.size($0, "--mem") }, disk: nil)
        let body = [UInt8](try JSONSerialization.data(withJSONObject: wish))
        // The guest may have to give memory back first.
        let bytes = try await agent.client().answer(
            AgentRequest("POST", AgentClient.tasks(task, "resources"), json: body), silence: .seconds(120))
        let answer = try AgentClient.decode(Answer.self, from: bytes)
        let now = answer.container
        try writeLine("cpus \(now.cpus.formatted()), mem \(now.mem.formatted()) MiB, disk \(now.disk.formatted()) MiB")
        if let why = answer.pending { writeError("bulkhead: not all of it yet: \(ConsoleLog.printable(why))\n") }
    }
}

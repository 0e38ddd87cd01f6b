import ArgumentParser
import Foundation
import Glibc
import Isolation

struct Exec: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a further command in a container of an agent's.",
        discussion: """
            Exit status: the command's own; 128+n when a signal ended it; 137 when it was destroyed, with its container \
            too; 125 when Bulkhead or the host failed, with a named error.
            """)

    @OptionGroup var agent: AgentOptions
    @Flag(name: .shortAndLong, help: "Give the command our standard input; else it reads an empty one.")
    var interactive = false
    @Flag(name: .shortAndLong, help: "Give the command a terminal, and our input.") var tty = false
    @Option(help: "User in the container; else the one of its own command.") var user: String?
    @Option(name: .customLong("env"), parsing: .singleValue, help: "K=V, or K to pass our own value on.")
    var environment: [String] = []
    @Option(help: "Directory in the container; else the one of its own command.") var workdir: String?
    @Argument(help: "A task's id, or a container's.") var target: String
    @Argument(parsing: .postTerminator, help: "The command and its arguments.") var command: [String] = []

    func run() async throws {
        guard !command.isEmpty else {
            throw BulkheadError(
                .badOption, "COMMAND", "it is missing", remedy: "write it behind --: bulkhead exec build -- true")
        }
        var variables = try environment.map { try Pair.variable($0) }
        let directory = try workdir.map { try Pair.absolute($0, "--workdir") }
        let terminal = tty ? try Terminal() : nil
        if let request = terminal?.request { variables.append(.init(name: "TERM", value: request.type)) }
        let client = try await agent.client()
        let container = try await container(client)
        let words = directory.map { ["sh", "-c", "cd -- \"$1\" || exit 125; shift; exec \"$@\"", "sh", $0] } ?? []
        let session = ExecSession(client: client, container: container)
        defer { terminal?.restore() }
        let status = try await session.run(
            ExecSession.Command(words + command, user: user, variables: variables), terminal: terminal,
            reads: interactive || tty)
        terminal?.restore()
        if let text = status.text { writeError("bulkhead: \(text)\n") }
        throw ExitCode(status.code)
    }

    /// A task's container; what is no task is a container's own name.
    private func container(_ client: AgentClient) async throws -> String {
        do {
            guard let container = try await client.task(target).containerId else {
                throw BulkheadError(
                    .notRunning, "task “\(target)”", "it has no container", remedy: "see bulkhead inspect")
            }
            return container
        } catch let error as BulkheadError where error.reason == .unknownTask { return target }
    }
}

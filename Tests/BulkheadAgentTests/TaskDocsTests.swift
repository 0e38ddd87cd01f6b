import Foundation
import TestSupport
import Testing

/// What docs/tasks.md shows can be typed as it stands.
@Suite struct TaskDocsTests {
    private let trial = AgentTrial()

    /// The commands of the first block of code below a heading.
    private func commands(below heading: String, beginning word: String) throws -> [String] {
        let text = try String(contentsOfFile: Repository.path + "/docs/tasks.md", encoding: .utf8)
        let part = try #require(text.components(separatedBy: "\n## \(heading)\n").last)
        let block = try #require(part.components(separatedBy: "```\n").dropFirst().first)
        return block.components(separatedBy: "\n" + word + " ").map { $0.hasPrefix(word) ? $0 : word + " " + $0 }
    }

    private func run(_ command: String, _ agent: RunningAgent) async throws -> RunningProgram {
        let text = command.replacingOccurrences(of: "http://127.0.0.1:5051", with: agent.address)
        let program = try RunningProgram(
            ["/bin/bash", "-c", text].map { Array($0.utf8) },
            environment: [
                Array("BULKHEAD_AGENT=\(agent.address)".utf8), Array("PATH=\(AgentTrial.programs):/usr/bin:/bin".utf8),
            ])
        _ = try await program.wait(within: .seconds(60))
        return program
    }

    @Test func theCurlExamplesWork() async throws {
        let agent = try await trial.start()
        let commands = try commands(below: "HTTP", beginning: "curl")
        try #require(commands.count == 5)
        var said: [String] = []
        for command in commands {
            if command.contains("/resources") { try await trial.says("hello", "hello", agent) }
            // Streams last as long as the task.
            let stream = command.contains("-sSN") ? "curl -f --max-time 2 " : "curl -f "
            let program = try await run(stream + command.dropFirst("curl ".count), agent)
            let isCut = command.contains("-sSN") && program.exitStatus == 28
            #expect(program.exitStatus == 0 || isCut, "\(command): \(program.errorText)")
            said.append(program.outputText)
        }
        #expect(said[0].contains("\"task_id\":{\"value\":\"hello\"}"), "\(said[0])")
        #expect(said[1].contains("TASK_RUNNING") && said[2].contains("hello\n") && said[3].contains("512"), "\(said)")
        #expect(try await trial.bulkhead(agent, ["wait", "hello"]).status == 143)
    }

    @Test func theCommandsWork() async throws {
        let agent = try await trial.start()
        for command in try commands(below: "Commands", beginning: "bulkhead") {
            if command.contains("usage") { try await trial.says("hello", "hello", agent) }
            // A minute is long.
            let program = try await run(command.replacingOccurrences(of: "logs -f", with: "logs"), agent)
            let isWait = command.contains("wait")
            #expect(program.exitStatus == 0, "\(command): \(program.errorText)")
            if isWait { #expect(program.outputText == "143\n") }
        }
    }
}

import Foundation
import Glibc
import TestSupport
import Testing

/// `bulkhead exec` against a running agent.
@Suite struct ExecTests {
    private let trial = AgentTrial()

    private func agent() async throws -> RunningAgent {
        let agent = try await trial.start()
        let variables = #","environment":{"variables":[{"name":"COLOUR","value":"red"}]}"#
        let script = #"{"value":"while :; do sleep 0.1; done"\#(variables)}"#
        let launch = #"{"type":"LAUNCH_CONTAINER","launch_container":{"container_id":{"value":"one"},"command":\#(script)}}"#
        try #require(try await agent.call(launch).status == 200)
        return agent
    }

    private func exec(_ agent: RunningAgent, _ arguments: String..., input: RunningProgram.Input = .none) throws
        -> RunningProgram
    {
        try RunningProgram(
            ([AgentTrial.programs + "/bulkhead", "exec", "--agent", agent.address] + arguments).map { Array($0.utf8) },
            environment: ["TERM=vt100", "MINE=blue"].map { Array($0.utf8) }, input: input)
    }

    private func end(_ program: RunningProgram) async throws -> Int32 { try await program.wait(within: .seconds(60)) }

    @Test func itsStreamsAndItsStatusAreTheCommands() async throws {
        let agent = try await agent()
        let script = "pwd; echo $COLOUR $MINE; echo oh >&2; cat; exit 7"
        let program = try exec(agent, "--env", "MINE", "one", "--", "sh", "-c", script)
        #expect(try await end(program) == 7, "\(program.errorText)")
        let lines = program.outputText.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasSuffix("/sandboxes/one") && lines[1] == "red blue", "\(lines)")
        #expect(program.errorText == "oh\n")
        let other = try exec(agent, "--workdir", "/", "one", "--", "pwd")
        #expect(try await end(other) == 0)
        #expect(other.outputText == "/\n")
    }

    @Test func itPassesItsInputOn() async throws {
        let agent = try await agent()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        let program = try exec(agent, "-i", "one", "--", "cat", input: .bytes(bytes))
        #expect(try await end(program) == 0, "\(program.errorText)")
        #expect(program.output == bytes)
    }

    @Test func aTerminalIsOne() async throws {
        let agent = try await agent()
        let terminal = try PseudoTerminal(columns: 90, rows: 30)
        let script = "trap 'echo interrupted; exit 6' INT; trap 'stty size' WINCH; stty size; echo $TERM; read -r x; echo got $x; "
        let program = try exec(
            agent, "-it", "one", "--", "sh", "-c", script + "while :; do sleep 0.05; done", input: .terminal(terminal))
        try await terminal.awaitText("30 90", within: .seconds(30))
        try await terminal.awaitText("vt100", within: .seconds(30))
        terminal.type("word\r")
        try await terminal.awaitText("got word", within: .seconds(30))
        terminal.resize(columns: 70, rows: 20)
        try await terminal.awaitText("20 70", within: .seconds(30))
        terminal.type("\u{3}")
        try await terminal.awaitText("interrupted", within: .seconds(30))
        #expect(try await end(program) == 6)
    }

    @Test func aSignalGoesToTheCommand() async throws {
        let agent = try await agent()
        let program = try exec(agent, "one", "--", "sh", "-c", "trap 'exit 5' INT; echo up; while :; do sleep 0.05; done")
        try await eventually("the command", within: .seconds(30)) { program.outputText == "up\n" ? true : nil }
        program.signal(SIGINT)
        #expect(try await end(program) == 5)
    }

    @Test func whoeverGoesEndsIt() async throws {
        let agent = try await agent()
        let program = try exec(agent, "one", "--", "sh", "-c", "echo $$ >number; echo up; exec sleep 1000")
        try await eventually("the command", within: .seconds(30)) { program.outputText == "up\n" ? true : nil }
        let number = try #require(pid_t(try await agent.file("/sandboxes/one/number").text.dropLast()))
        program.signal(SIGKILL)
        try await eventually("its end", within: .seconds(30)) { isRunning(number) ? nil : true }
    }

    @Test func itsContainersEndIsItsOwn() async throws {
        let agent = try await agent()
        let program = try exec(agent, "one", "--", "sh", "-c", "echo up; exec sleep 1000")
        try await eventually("the command", within: .seconds(30)) { program.outputText == "up\n" ? true : nil }
        #expect(try await agent.ask("KILL_CONTAINER", "one").status == 200)
        #expect(try await end(program) == 137)
    }

    @Test func badInputIsNamed() async throws {
        let agent = try await agent()
        for (arguments, words) in [
            (["one"], "COMMAND"), (["none", "--", "true"], "does not run"),
            (["--user", "nobody-of-this-name", "one", "--", "true"], "nobody-of-this-name"),
            (["-t", "one", "--", "true"], "no terminal"), (["--workdir", "here", "one", "--", "true"], "--workdir"),
        ] {
            let program = try RunningProgram(
                ([AgentTrial.programs + "/bulkhead", "exec", "--agent", agent.address] + arguments).map { Array($0.utf8) },
                environment: [])
            #expect(try await end(program) == 125)
            #expect(program.errorText.contains(words), "\(arguments): \(program.errorText)")
        }
        let missing = try exec(agent, "one", "--", "/no/program")
        #expect(try await end(missing) == 127)
        #expect(missing.errorText.contains("commandNotFound"))
        let nowhere = try RunningProgram(
            [AgentTrial.programs + "/bulkhead", "exec", "--agent", "unix:/none", "one", "--", "true"].map { Array($0.utf8) },
            environment: [])
        #expect(try await end(nowhere) == 125)
        #expect(nowhere.errorText.contains("agentUnreachable"))
    }
}

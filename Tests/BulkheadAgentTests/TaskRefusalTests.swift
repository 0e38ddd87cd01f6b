import Foundation
import Glibc
import TestSupport
import Testing

/// What the commands for an agent refuse, each with one named error and status 125.
@Suite struct TaskRefusalTests {
    private let trial = AgentTrial()

    @Test(arguments: [
        (["submit"], "badOption: COMMAND"), (["submit", "--", "true"], "agentUnreachable: agent http://127.0.0.1:9:"),
        (["submit", "--wait", "--detach", "--", "true"], "badOption: --wait"),
        (["submit", "--mem", "0", "--", "true"], "badResource: --mem “0”"),
        (["submit", "--env", "=x", "--", "true"], "badOption: --env “=x”"),
        (["submit", "--json", "/none", "--name", "a"], "badOption: --json"),
        (["submit", "--json", "/none"], "fileUnreadable: --json “/none”"),
        (["kill", "--grace", "-1", "a"], "badOption: "), (["update", "a"], "badOption: update"),
        (["update", "a", "--cpus", "none"], "badResource: --cpus “none”"),
        (["ps", "--agent", "ftp://x"], "badOption: --agent “ftp://x”"),
        (["ps", "--agent", "http://"], "badOption: --agent"), (["ps", "--agent", "http://x:0"], "badOption: --agent"),
        (["ps", "--agent", "http://x/y"], "badOption: --agent"), (["ps", "--agent", "unix:x"], "badOption: --agent"),
        (["ps", "--agent", "http://[::1"], "badOption: --agent"),
        (["ps", "--agent", "unix:/no/such/socket"], "agentUnreachable: agent unix:/no/such/socket: No such file"),
        (["ps", "--credentials", "/none"], "fileUnreadable: --credentials “/none”"),
        (["ps", "--credentials", "/etc/hostname"], "badOption: --credentials"),
        (["wait", "x"], "agentUnreachable: "), (["logs", "-f", "x"], "agentUnreachable: "),
    ] as [([String], String)])
    func isNamed(_ words: [String], _ name: String) async throws {
        let program = try trial.begin(words, of: "bulkhead", environment: ["BULKHEAD_AGENT": "http://127.0.0.1:9"])
        #expect(try await program.wait(within: .seconds(30)) == 125)
        #expect(program.errorText.hasPrefix("bulkhead: " + name), "\(program.errorText)")
        #expect(program.outputText.isEmpty)
    }

    @Test(arguments: ["logs", "wait", "kill", "usage", "inspect"])
    func anUnknownTaskIsNamed(_ command: String) async throws {
        let agent = try await trial.start()
        let ended = try await trial.bulkhead(agent, [command, "nobody"])
        #expect(ended.status == 125 && ended.errors.hasPrefix("bulkhead: unknownTask: task "), "\(ended)")
        #expect(ended.errors.contains("“nobody”"))
    }

    @Test func aWrongCredentialIsNamed() async throws {
        let right = try trial.directory.file(
            "right.json", Array(#"{"credentials":[{"principal":"ops","secret":"open"}]}"#.utf8))
        let wrong = try trial.directory.file("wrong.json", Array(#"{"principal":"ops","secret":"shut"}"#.utf8))
        let agent = try await trial.start(["--http_credentials=\(right)"])
        let none = try await trial.bulkhead(agent, ["ps"])
        #expect(none.status == 125 && none.errors.hasPrefix("bulkhead: credentialRefused: agent \(agent.address): it wants"))
        let other = try await trial.bulkhead(agent, ["ps", "--credentials", wrong])
        #expect(other.status == 125 && other.errors.hasPrefix("bulkhead: credentialRefused: "), "\(other)")
        #expect(!other.errors.contains("shut"))
        let taken = try await trial.bulkhead(agent, ["ps", "--credentials", right])
        #expect(taken == .init(status: 0, output: "TASK  STATE  ADDRESS  IMAGE  AGE\n", errors: ""))
    }

    @Test func aUnixSocketServesAsWell() async throws {
        let agent = try await trial.start(["--http_socket=\(trial.directory.path)/socket"])
        let ended = try await trial.bulkhead(agent, ["submit", "--wait", "--", "echo", "here"])
        #expect(ended.status == 0 && ended.output == "here\n", "\(ended)")
    }

    @Test func whoeverReadsNoMoreEndsIt() async throws {
        let agent = try await trial.start()
        let id = try await trial.submit(agent, ["--", "sh", "-c", "while :; do echo line; sleep 0.01; done"])
        let script = "\(AgentTrial.programs)/bulkhead logs -f \(id) | head -n 2; echo ${PIPESTATUS[0]}"
        let program = try RunningProgram(
            ["/bin/bash", "-c", script].map { Array($0.utf8) },
            environment: [Array("BULKHEAD_AGENT=\(agent.address)".utf8), Array("PATH=/usr/bin:/bin".utf8)])
        #expect(try await program.wait(within: .seconds(60)) == 0)
        #expect(program.outputText == "line\nline\n141\n" && program.errorText.isEmpty, "\(program.errorText)")
        #expect(try await trial.bulkhead(agent, ["kill", id]).status == 0)
        #expect(try await trial.bulkhead(agent, ["wait", id]).status == 143)
    }

    /// Something that listens and never says a word.
    @Test func aSilentAgentIsGivenUp() async throws {
        let listener = try SilentListener()
        let program = try trial.begin(["inspect", "x", "--agent", "http://127.0.0.1:\(listener.port)"], of: "bulkhead")
        #expect(try await program.wait(within: .seconds(100)) == 125)
        #expect(program.errorText.contains("it has fallen silent"), "\(program.errorText)")
    }
}

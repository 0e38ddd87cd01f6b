import Foundation
import Glibc
import TestSupport
import Testing

/// Sessions: a command in a container, with its streams over HTTP.
@Suite struct SessionTests {
    private let trial = AgentTrial()

    private func session(_ agent: RunningAgent, _ id: String, _ script: String, tty: String? = nil) throws -> ReadStream {
        try agent.stream(agent.body("LAUNCH_NESTED_CONTAINER_SESSION", id, agent.command(script, tty: tty)))
    }

    @Test func itsOutputIsStreamedAndItsEndTold() async throws {
        let agent = try await trial.startWithOne()
        let stream = try session(agent, "one.s", "echo hello; echo oh >&2; exit 3")
        #expect(try await stream.end() == 0)
        #expect(stream.status == 200 && stream.head.contains("Content-Type: application/json"), "\(stream.head)")
        #expect(try stream.text() == "hello\n")
        #expect(try stream.text("STDERR") == "oh\n")
        #expect(try await agent.waitNested("one.s") == 3 << 8)
        #expect(try await agent.waitNested("one.s") == 3 << 8)
        #expect(try await agent.ask(nested: "KILL_NESTED_CONTAINER", "one.s").status == 404)
        #expect(try await agent.ask(nested: "ATTACH_CONTAINER_OUTPUT", "one.s").status == 404)
        for _ in 0..<2 { #expect(try await agent.ask(nested: "REMOVE_NESTED_CONTAINER", "one.s").status == 200) }
        #expect(try await agent.ask(nested: "WAIT_NESTED_CONTAINER", "one.s").status == 404)
    }

    @Test func recordioIsNamedSo() async throws {
        let agent = try await trial.startWithOne()
        let body = agent.body("LAUNCH_NESTED_CONTAINER_SESSION", "one.s", try agent.command("echo hello"))
        let stream = try agent.stream(body, "Accept: application/recordio", "Message-Accept: application/json")
        #expect(try await stream.end() == 0)
        #expect(
            stream.head.contains("Content-Type: application/recordio")
                && stream.head.contains("Message-Content-Type: application/json"))
        #expect(try stream.text() == "hello\n")
    }

    @Test func inputGoesInAndEnds() async throws {
        let agent = try await trial.startWithOne()
        let stream = try session(agent, "one.s", "echo up; cat; echo over")
        try await stream.awaitText("up\n")
        let first = try await agent.input([agent.target("one.s"), agent.data("one\n"), agent.io(#""type":"CONTROL","control":{"type":"HEARTBEAT"}"#)])
        #expect(first.status == 200, "\(first)")
        try await stream.awaitText("one\n")
        let second = try await agent.input([agent.target("one.s"), agent.data("two\n"), agent.data("")])
        #expect(second.status == 200, "\(second)")
        #expect(try await stream.end() == 0)
        #expect(try stream.text() == "up\none\ntwo\nover\n")
        #expect(try await agent.waitNested("one.s") == 0)
    }

    @Test func aTerminalHasItsSizeAndItsKeys() async throws {
        let agent = try await trial.startWithOne()
        let script = "trap 'exit 6' INT; trap 'stty size' WINCH; stty size; while :; do sleep 0.05; done"
        let stream = try session(agent, "one.t", script, tty: #"{"window_size":{"rows":31,"columns":91}}"#)
        try await stream.awaitText("31 91\r\n")
        #expect(try await agent.input([agent.target("one.t"), agent.size(20, 70)]).status == 200)
        try await stream.awaitText("20 70\r\n")
        #expect(try await agent.input([agent.target("one.t"), agent.size(0, 70)]).status == 400)
        // No bytes are nothing to a terminal.
        #expect(try await agent.input([agent.target("one.t"), agent.data(""), agent.data("\u{3}")]).status == 200)
        #expect(try await stream.end() == 0)
        #expect(try await agent.waitNested("one.t") == 6 << 8)
    }

    @Test func itEndsWhenItsCallerGoes() async throws {
        let agent = try await trial.startWithOne()
        let stream = try session(agent, "one.s", "echo begun; exec sleep 1000")
        try await stream.awaitText("begun")
        stream.program.signal(SIGKILL)
        #expect(try await agent.waitNested("one.s") == 9)
    }

    @Test func itEndsWithItsContainer() async throws {
        let agent = try await trial.startWithOne()
        let stream = try session(agent, "one.s", "echo begun; exec sleep 1000")
        try await stream.awaitText("begun")
        async let end = agent.waitNested("one.s")
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await agent.ask("KILL_CONTAINER", "one").status == 200)
        #expect(try await stream.end() == 0)
        #expect(try await end == 9)
        #expect(try await agent.exitStatus(of: "one") == 9)
        #expect(try await agent.ask(nested: "WAIT_NESTED_CONTAINER", "one.s").status == 404)
    }

    @Test func itIsWhereItsContainerIs() async throws {
        let agent = try await trial.start()
        let variables = #","environment":{"variables":[{"name":"COLOUR","value":"red"}]}"#
        let launch = #"{"type":"LAUNCH_CONTAINER","launch_container":{"container_id":{"value":"one"},"command":{"value":"exec sleep 1000"\#(variables)}}}"#
        try #require(try await agent.call(launch).status == 200)
        let stream = try session(agent, "one.s", "echo $COLOUR; pwd; echo $MESOS_SANDBOX")
        #expect(try await stream.end() == 0)
        let lines = try stream.text().split(separator: "\n")
        #expect(lines.count == 3 && lines[0] == "red" && lines[1].hasSuffix("/sandboxes/one") && lines[2] == lines[1], "\(lines)")
    }

    /// Its command waits for it; others go on.
    @Test func aSlowReaderSlowsNobodyElse() async throws {
        let agent = try await trial.startWithOne()
        let body = agent.body("LAUNCH_NESTED_CONTAINER_SESSION", "one.slow", try agent.command("exec yes"))
        let slow = try agent.stream(body)
        try await eventually("the session", within: .seconds(30)) { slow.status == 200 ? true : nil }
        slow.program.signal(SIGSTOP)
        for number in 0..<3 {
            let stream = try session(agent, "one.s\(number)", "echo hello")
            #expect(try await stream.end() == 0)
            #expect(try stream.text() == "hello\n")
        }
        slow.program.signal(SIGKILL)
        slow.program.signal(SIGCONT)
        let status = try await agent.waitNested("one.slow")
        #expect(status == 9 || status == 13)
    }
}

import Foundation
import Glibc
import TestSupport
import Testing

/// Nested containers without a reader, and what is refused of all.
@Suite struct NestedTests {
    private let trial = AgentTrial()

    private func launch(_ agent: RunningAgent, _ id: String, _ script: String) async throws -> Int {
        try await agent.ask(nested: "LAUNCH_NESTED_CONTAINER", id, agent.command(script)).status
    }

    @Test func itsOutputIsInItsRootsSandbox() async throws {
        let agent = try await trial.startWithOne()
        let script = "echo hello; echo oh >&2; echo own >file; pwd; echo $MESOS_SANDBOX; exit 4"
        #expect(try await launch(agent, "one.n", script) == 200)
        #expect(try await agent.waitNested("one.n") == 4 << 8)
        let place = "/sandboxes/one/containers/n"
        let lines = try await agent.file(place + "/stdout").text.split(separator: "\n")
        #expect(lines.count == 3 && lines[0] == "hello" && lines[1].hasSuffix(place) && lines[2] == lines[1], "\(lines)")
        #expect(try await agent.file(place + "/stderr").text == "oh\n")
        #expect(try await agent.file(place + "/file").text == "own\n")
        #expect(try await launch(agent, "one.n", "true") == 400)
        // Later readers have all of it.
        let stream = try agent.stream(agent.body("ATTACH_CONTAINER_OUTPUT", "one.n"))
        #expect(try await stream.end() == 0)
        #expect(try stream.text().hasPrefix("hello\n") && stream.text("STDERR") == "oh\n")
        #expect(try await agent.ask(nested: "REMOVE_NESTED_CONTAINER", "one.n").status == 200)
        #expect(try await agent.file(place + "/stdout").status == 404)
        #expect(try await launch(agent, "one.n", "true") == 200)
    }

    @Test(arguments: [("", 9), (",\"signal\":15", 15), (",\"signal\":10", 5 << 8)])
    func aSignalReachesIt(_ more: String, _ status: Int) async throws {
        let agent = try await trial.startWithOne()
        #expect(try await launch(agent, "one.n", "trap 'exit 5' USR1; echo up; while :; do sleep 0.05; done") == 200)
        let stream = try agent.stream(agent.body("ATTACH_CONTAINER_OUTPUT", "one.n"))
        try await stream.awaitText("up\n")
        #expect(try await launch(agent, "one.n", "true") == 202)
        #expect(try await agent.ask(nested: "REMOVE_NESTED_CONTAINER", "one.n").status == 500)
        async let end = agent.waitNested("one.n")
        #expect(try await agent.ask(nested: "KILL_NESTED_CONTAINER", "one.n", more).status == 200)
        #expect(try await end == status)
        #expect(try await stream.end() == 0)
    }

    /// By the calls that replace the older ones, and one in another.
    @Test func oneMayBeInAnother() async throws {
        let agent = try await trial.startWithOne()
        let resources = #","resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":0.1}}]"#
        let answer = try await agent.ask(nested: "LAUNCH_CONTAINER", "one.a", try agent.command("exec sleep 1000") + resources)
        #expect(answer.status == 200, "\(answer)")
        #expect(try await launch(agent, "one.a.b", "exec sleep 1000") == 200)
        #expect(try await launch(agent, "one.none.b", "true") == 400)
        let list = #"{"type":"GET_CONTAINERS","get_containers":{"show_standalone":true,"show_nested":true}}"#
        let listed = try await agent.call(list).member("get_containers", "containers") as? [[String: Any]]
        let names = listed?.compactMap { ($0["container_id"] as? [String: Any])?["value"] as? String }
        #expect(names == ["one", "a", "b"], "\(names ?? [])")
        async let inner = agent.waitNested("one.a.b")
        #expect(try await agent.ask(nested: "KILL_CONTAINER", "one.a").status == 200)
        #expect(try await inner == 9)
        let end = try await agent.ask(nested: "WAIT_CONTAINER", "one.a")
        #expect(try end.member("wait_container", "exit_status") as? Int == 9, "\(end)")
        #expect(try await agent.ask(nested: "REMOVE_CONTAINER", "one.a").status == 200)
        #expect(try await agent.ask(nested: "WAIT_NESTED_CONTAINER", "one.a.b").status == 404)
    }

    @Test func aRootsLogsAreFollowed() async throws {
        let agent = try await trial.start()
        try #require(
            try await agent.launch("one", "echo first; while [ ! -e go ]; do sleep 0.05; done; echo last; exit 2").status == 200)
        let stream = try agent.stream(agent.body("ATTACH_CONTAINER_OUTPUT", "one"))
        try await stream.awaitText("first\n")
        _ = FileManager.default.createFile(atPath: trial.work + "/sandboxes/one/go", contents: nil)
        #expect(try await stream.end() == 0)
        #expect(try stream.text() == "first\nlast\n")
        #expect(try await agent.ask(nested: "ATTACH_CONTAINER_OUTPUT", "one").status == 404)
    }

    @Test func aRestartEndsIt() async throws {
        let first = try await trial.startWithOne()
        #expect(try await launch(first, "one.n", "echo up; echo $$ >number; exec sleep 1000") == 200)
        let stream = try first.stream(first.body("ATTACH_CONTAINER_OUTPUT", "one.n"))
        try await stream.awaitText("up\n")
        #expect(try await launch(first, "one.ended", "exit 3") == 200)
        #expect(try await first.waitNested("one.ended") == 3 << 8)
        first.program.signal(SIGKILL)
        _ = try await first.program.wait(within: .seconds(30))
        let second = try await trial.start()
        let answer = try await second.ask(nested: "WAIT_NESTED_CONTAINER", "one.n")
        #expect(try answer.member("wait_nested_container", "state") as? String == "TASK_FAILED", "\(answer)")
        #expect(try answer.member("wait_nested_container", "reason") as? String == "REASON_AGENT_RESTARTED")
        #expect(try answer.member("wait_nested_container", "exit_status") == nil)
        #expect(try await second.waitNested("one.ended") == 3 << 8)
        let number = try await second.file("/sandboxes/one/containers/n/number").text
        let pid = try #require(pid_t(number.dropLast()))
        try await eventually("the command's end", within: .seconds(30)) { isRunning(pid) ? nil : true }
        #expect(try await second.ask(nested: "REMOVE_NESTED_CONTAINER", "one.n").status == 200)
        #expect(try await launch(second, "one.n", "true") == 200)
        // The root itself goes on.
        #expect(try await second.ask("KILL_CONTAINER", "one").status == 200)
        #expect(try await second.exitStatus(of: "one") == 9)
    }

    @Test func thereIsALimit() async throws {
        let agent = try await trial.startWithOne()
        for number in 0..<32 { try #require(try await launch(agent, "one.n\(number)", "exec sleep 1000") == 200) }
        #expect(try await launch(agent, "one.more", "true") == 400)
        #expect(try await agent.ask(nested: "KILL_NESTED_CONTAINER", "one.n7").status == 200)
        _ = try await agent.waitNested("one.n7")
        #expect(try await launch(agent, "one.more", "true") == 200)
    }

    @Test func badCallsAreRefused() async throws {
        let agent = try await trial.startWithOne()
        let session = "LAUNCH_NESTED_CONTAINER_SESSION"
        let wrong: [(Int, String, String, String)] = [
            (400, session, "one", try agent.command("true")), (400, session, "one.a b", try agent.command("true")),
            (400, session, "none.a", try agent.command("true")), (400, session, "one.a", ""),
            (400, session, "one.a", ",\"command\":{}"), (400, "LAUNCH_NESTED_CONTAINER", "one.a.b", try agent.command("true")),
            (400, session, "one.a", try agent.command("true") + #","container":{"type":"DOCKER"}"#),
            (400, session, "one.a", try agent.command("true") + #","container":{"type":"MESOS","linux_info":{"share_cgroups":false}}"#),
            (400, session, "one.a", try agent.command("true") + #","container":{"type":"MESOS","mesos":{"image":{"type":"DOCKER","docker":{"name":"x"}}}}"#),
            (400, session, "one.a", #","command":{"value":"true","user":"nobody-of-this-name"}"#),
            (400, session, "one.a", #","command":{"value":"true","uris":[{"value":"http://127.0.0.1/x"}]}"#),
            (400, session, "one." + String(repeating: "x", count: 201), try agent.command("true")),
            (400, session, "one.a.b.c.d.e", try agent.command("true")),
            (404, "WAIT_NESTED_CONTAINER", "one.a", ""), (404, "WAIT_NESTED_CONTAINER", "none.a", ""),
            (400, "WAIT_NESTED_CONTAINER", "one", ""), (404, "KILL_NESTED_CONTAINER", "one.a", ""),
            (400, "KILL_NESTED_CONTAINER", "one.a", ",\"signal\":0"), (500, "REMOVE_NESTED_CONTAINER", "none.a", ""),
            (404, "ATTACH_CONTAINER_OUTPUT", "one.a", ""), (404, "ATTACH_CONTAINER_OUTPUT", "none", ""),
        ]
        for (status, call, id, more) in wrong {
            let answer = try await agent.ask(nested: call, id, more)
            #expect(answer.status == status, "\(call) \(id) \(more): \(answer)")
        }
        #expect(try await agent.ask(nested: session, "one.a", try agent.command("true")).status == 200)
    }

    @Test func badInputIsRefused() async throws {
        let agent = try await trial.startWithOne()
        let stream = try agent.stream(agent.body("LAUNCH_NESTED_CONTAINER_SESSION", "one.s", agent.command("echo up; cat")))
        try await stream.awaitText("up\n")
        #expect(try await launch(agent, "one.n", "exec sleep 1000") == 200)
        let target = agent.target("one.s")
        let wrong: [(Int, [String])] = [
            (400, []), (400, ["{}"]), (400, ["nonsense"]), (400, [agent.data("x")]), (404, [agent.target("one.none")]),
            (404, [agent.target("none")]), (500, [agent.target("one")]), (500, [agent.target("one.n")]),
            (400, [target, target]), (400, [target, agent.io(#""type":"CONTROL""#)]),
            (400, [target, agent.io(#""type":"DATA","data":{"type":"STDOUT","data":"eA=="}"#)]),
            (400, [target, agent.size(20, 70)]), (400, [target, agent.data(String(repeating: "x", count: 1 << 20))]),
        ]
        for (status, records) in wrong {
            let answer = try await agent.input(records)
            #expect(answer.status == status, "\(records.map { $0.prefix(300) }): \(answer)")
        }
        for raw in ["x", "99999999999999999999\n", "-1\n{}", "5\n{"] {
            let answer = try await agent.input([], raw: raw)
            #expect(answer.status == 400, "\(raw): \(answer)")
        }
        #expect(try await agent.input([target], type: "application/recordio").status == 415)
        #expect(try await agent.input([target, agent.data("")]).status == 200)
        #expect(try await stream.end() == 0)
    }
}

import Foundation
import Glibc
import TestSupport
import Testing

/// Containers without a master and without executors, on the host's own processes.
@Suite struct StandaloneTests {
    private let trial = AgentTrial()

    @Test func aCommandRunsAndItsEndIsTold() async throws {
        let agent = try await trial.start()
        #expect(try await agent.launch("one", "echo hello; echo oh >&2; exit 3").status == 200)
        #expect(try await agent.exitStatus(of: "one") == 3 << 8)
        #expect(try await agent.file("/sandboxes/one/stdout").text == "hello\n")
        #expect(try await agent.file(trial.work + "/sandboxes/one/stderr").text == "oh\n")
        // Again, until it is removed.
        #expect(try await agent.exitStatus(of: "one") == 3 << 8)
        for _ in 0..<2 { #expect(try await agent.ask("REMOVE_CONTAINER", "one").status == 200) }
        #expect(try await agent.ask("WAIT_CONTAINER", "one").status == 404)
        #expect(try await agent.file("/sandboxes/one/stdout").status == 404)
        #expect(!FileManager.default.fileExists(atPath: trial.work + "/sandboxes/one"))
        #expect(try await agent.launch("one", "true").status == 200)
        #expect(try await agent.exitStatus(of: "one") == 0)
    }

    @Test(arguments: [("", 9), (",\"signal\":15", 15), (",\"signal\":10", 10)])
    func aKilledCommandEndsBySignal(_ more: String, _ signal: Int) async throws {
        let agent = try await trial.start()
        #expect(try await agent.launch("victim", "exec sleep 1000").status == 200)
        #expect(try await agent.launch("victim", "true").status == 202)
        #expect(try await agent.ask("REMOVE_CONTAINER", "victim").status == 500)
        async let end = agent.exitStatus(of: "victim")
        #expect(try await agent.ask("KILL_CONTAINER", "victim", more).status == 200)
        #expect(try await end == signal)
        #expect(try await agent.ask("KILL_CONTAINER", "victim").status == 404)
    }

    @Test func aLaunchThatFailsIsExplainedAndLeavesNothing() async throws {
        let agent = try await trial.start()
        let huge = #"[{"name":"mem","type":"SCALAR","scalar":{"value":1e9}}]"#
        let answer = try await agent.launch("huge", "true", resources: huge)
        #expect(answer.status == 400 && answer.text.contains("exceedsHost: "), "\(answer)")
        #expect(try await agent.ask("WAIT_CONTAINER", "huge").status == 404)
    }

    @Test func whatRunsIsListed() async throws {
        let agent = try await trial.start()
        #expect(try await agent.launch("seen", "exec sleep 1000").status == 200)
        let own = try await agent.call(#"{"type":"GET_CONTAINERS"}"#)
        #expect(try own.member("get_containers", "containers") == nil)
        let all = try await agent.call(#"{"type":"GET_CONTAINERS","get_containers":{"show_standalone":true}}"#)
        let containers = try #require(try all.member("get_containers", "containers") as? [[String: Any]])
        try #require(containers.count == 1)
        #expect((containers[0]["container_id"] as? [String: Any])?["value"] as? String == "seen")
        let usage = try #require(containers[0]["resource_statistics"] as? [String: Any])
        #expect(usage["mem_limit_bytes"] as? Int == 256 << 20 && usage["cpus_limit"] as? Double == 1)
        #expect((containers[0]["container_status"] as? [String: Any])?["executor_pid"] is Int)
        _ = try await agent.ask("KILL_CONTAINER", "seen")
        #expect(try await agent.exitStatus(of: "seen") == 9)
    }

    /// The agent dies by SIGKILL in mid-output, and comes back: the command went on, and nothing of its output is lost.
    @Test func aKilledAgentFindsItsContainerAgain() async throws {
        let script = "i=0; while [ $i -lt 100 ]; do i=$((i + 1)); echo out $i; sleep 0.1; done; exit 7"
        let first = try await trial.start()
        #expect(try await first.launch("worker", script).status == 200)
        try await eventually("some output", within: .seconds(30)) {
            try await first.file("/sandboxes/worker/stdout").text.contains("out 8\n") ? true : nil
        }
        first.program.signal(SIGKILL)
        #expect(try await first.program.wait(within: .seconds(30)) == 128 + SIGKILL)
        let second = try await trial.start()
        let again = try await second.launch("worker", "true")
        #expect(again.status == 202, "\(again)")
        #expect(try await second.exitStatus(of: "worker") == 7 << 8)
        #expect(try await second.file("/sandboxes/worker/stdout").text == (1...100).map { "out \($0)\n" }.joined())
    }

    @Test func anEndedAgentLeavesItsContainersRunning() async throws {
        let first = try await trial.start()
        #expect(try await first.launch("stays", "while [ ! -e go ]; do sleep 0.05; done; exit 4").status == 200)
        first.program.signal(SIGTERM)
        #expect(try await first.program.wait(within: .seconds(30)) == 0)
        #expect(!FileManager.default.fileExists(atPath: trial.work + "/address"))
        let second = try await trial.start()
        _ = FileManager.default.createFile(atPath: trial.work + "/sandboxes/stays/go", contents: nil)
        #expect(try await second.exitStatus(of: "stays") == 4 << 8)
    }
}

import Foundation
import Glibc
import TestSupport
import Testing

/// The agent with real guests, as its user meets it.
@Suite(.serialized, .onLibvirt)
struct GuestTaskTests {
    private let trial = AgentTrial(isolation: "vm")

    /// Submitted, seen running with its guest's address, followed, resized, entered, found again by an agent that comes after one
    /// that was killed, ended; and nothing is left.
    @Test(.timeLimit(.minutes(5))) func aTaskOutlivesItsAgentAndLeavesNothing() async throws {
        let first = try await trial.start()
        let script = "i=0; while :; do i=$((i + 1)); echo line $i; echo $i >>counts; sleep 0.1; done"
        _ = try await trial.submit(
            first, ["--name", "story", "--cpus", "0.5", "--mem", "128", "--", "sh", "-c", script])
        try await trial.says("line 3\n", "story", first)
        let running = try await statuses(first)
        #expect(running.map { $0["state"] as? String } == ["TASK_STARTING", "TASK_RUNNING"])
        let guest = try #require(Self.address(running.last))
        let resized = try await trial.bulkhead(first, ["update", "story", "--cpus", "1", "--mem", "112"])
        #expect(resized.status == 0, "\(resized)")
        let usage = try await trial.json(first, ["usage", "story", "--json"]) as? [String: Any]
        #expect(usage?["cpus_limit"] as? Double == 1 && usage?["mem_limit_bytes"] as? Int == 112 << 20, "\(usage ?? [:])")
        let beside = try await trial.bulkhead(
            first, ["exec", "story", "--", "sh", "-c", "wc -l </sandbox/counts >/dev/null; echo in $(hostname); exit 4"])
        let container = try await trial.container(first, "story")
        #expect(beside == .init(status: 4, output: "in \(container)\n", errors: ""))
        try await enter("story", first)
        first.program.signal(SIGKILL)
        _ = try await first.program.wait(within: .seconds(30))

        let second = try await trial.start()
        let seen = try await lines(second).count
        try await trial.says("line \(seen + 20)\n", "story", second)
        #expect(try await Self.address(statuses(second).last) == guest)
        try await leaveMuch(second)
        let killed = try await trial.bulkhead(second, ["kill", "story"])
        #expect(killed.status == 0, "\(killed)")
        let end = try await trial.bulkhead(second, ["wait", "story"])
        #expect(end.status == 143, "\(end)")
        #expect(try await statuses(second).last?["state"] as? String == "TASK_KILLED")
        // What it left comes out behind its end.
        try await eventually("its files and its container's end", within: .seconds(30)) {
            let containers = try FileManager.default.contentsOfDirectory(atPath: trial.work + "/containers")
            return containers.isEmpty ? true : nil
        }
        // All that it wrote is there now.
        let all = try await lines(second)
        #expect(all == (1...all.count).map { "line \($0)" })
        let count = try await second.file("/sandboxes/\(container)/files/counts")
        // The kill may have come between the two.
        #expect([all.count - 1, all.count].contains(count.text.split(separator: "\n").count), "\(count)")
        try await trial.sweep(second)
    }

    /// Whoever has seen a task's end gets all that it wrote, also what is still on its way out of the guest.
    private func leaveMuch(_ agent: RunningAgent) async throws {
        let script = ["sh", "-c", "seq 300000; exit 4"]
        _ = try await trial.submit(agent, ["--name", "much", "--cpus", "1", "--mem", "128", "--"] + script)
        #expect(try await trial.bulkhead(agent, ["wait", "much"], within: .seconds(120)).status == 4)
        let logs = try await trial.bulkhead(agent, ["logs", "much"])
        #expect(logs.output.utf8.elementsEqual((1...300_000).map { "\($0)\n" }.joined().utf8), "\(logs.output.count)")
    }

    /// As a person does, at a terminal.
    private func enter(_ task: String, _ agent: RunningAgent) async throws {
        let terminal = try PseudoTerminal(columns: 90, rows: 30)
        let program = try trial.begin(
            ["exec", "-it", task, "--", "sh"], of: "bulkhead",
            environment: ["BULKHEAD_AGENT": agent.address, "TERM": "vt100"], input: .terminal(terminal))
        terminal.type("stty size; echo $TERM $((40 + 2))\r")
        try await terminal.awaitText("30 90\r\nvt100 42", within: .seconds(60))
        #expect(terminal.text.contains("echo $TERM $((40 + 2))"), "what is typed is shown: \(terminal.text)")
        terminal.resize(columns: 70, rows: 20)
        terminal.type("until stty size | grep '20 70'; do sleep 0.2; done\r")
        try await terminal.awaitText("\r\n20 70", within: .seconds(60))
        terminal.type("sleep 1000\r")
        try await Task.sleep(for: .milliseconds(500))
        terminal.type("\u{3}")
        terminal.type("exit 6\r")
        #expect(try await program.wait(within: .seconds(60)) == 6, "\(terminal.text)")
    }

    /// A guest speaks to the executors' endpoint alone, and only with its token.
    @Test(.timeLimit(.minutes(5))) func aGuestReachesNoOperator() async throws {
        let credentials = trial.directory.path + "/credentials"
        try Data(#"{"credentials":[{"principal":"ops","secret":"geheim"}]}"#.utf8)
            .write(to: URL(fileURLWithPath: credentials))
        let agent = try await trial.start(["--ip=0.0.0.0", "--http_credentials=\(credentials)"])
        let port = try #require(agent.address.split(separator: ":").last)
        let script = """
            host=${MESOS_AGENT_ENDPOINT%:*}
            ask() { { printf 'GET %s HTTP/1.0\\r\\n\\r\\n' $3; sleep 5; } | nc $1 $2 | head -n 1; }
            echo "operator: $(ask $host \(port) /health)"
            echo "executor: $(ask $host ${MESOS_AGENT_ENDPOINT##*:} /api/v1/executor)"
            """
        let local = RunningAgent(program: agent.program, address: "http://127.0.0.1:\(port)")
        #expect(try await local.get("/health").status == 200)
        let words = ["submit", "--wait", "--credentials", credentials, "--", "sh", "-c", script]
        let ended = try await trial.bulkhead(local, words, within: .seconds(120))
        let lines = ended.output.split(whereSeparator: \.isNewline)
        #expect(lines == ["operator: ", "executor: HTTP/1.0 401 Unauthorized"], "\(ended)")
        try await trial.sweep(agent)
    }

    private func statuses(_ agent: RunningAgent) async throws -> [[String: Any]] {
        let shown = try await trial.json(agent, ["inspect", "story"]) as? [String: [String: Any]]
        return try #require(shown?["task"]?["statuses"] as? [[String: Any]])
    }

    private static func address(_ status: [String: Any]?) -> String? {
        let infos = (status?["container_status"] as? [String: Any])?["network_infos"] as? [[String: Any]]
        return (infos?.first?["ip_addresses"] as? [[String: Any]])?.first?["ip_address"] as? String
    }

    private func lines(_ agent: RunningAgent) async throws -> [String] {
        let logs = try await trial.bulkhead(agent, ["logs", "story"])
        return logs.output.split(separator: "\n").map(String.init)
    }
}

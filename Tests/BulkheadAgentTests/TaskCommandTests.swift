import Foundation
import Glibc
import TestSupport
import Testing

/// `bulkhead submit`, `logs`, `wait` and the others against a running agent, on the host's own processes.
@Suite struct TaskCommandTests {
    private let trial = AgentTrial()

    @Test func aTaskIsSubmittedFollowedAndListed() async throws {
        let agent = try await trial.start()
        let id = try await trial.submit(
            agent, ["--name", "hello", "--env", "COLOUR=blue", "--", "sh", "-c", "echo $COLOUR; echo oh >&2; exit 3"])
        #expect(id == "hello")
        let logs = try await trial.bulkhead(agent, ["logs", "-f", "hello"])
        #expect(logs == .init(status: 0, output: "blue\n", errors: ""))
        #expect(try await trial.bulkhead(agent, ["wait", "hello"]) == .init(status: 3, output: "", errors: ""))
        let errors = try await trial.bulkhead(agent, ["logs", "--stderr", "hello"])
        #expect(errors.status == 0 && errors.output.hasSuffix("oh\n"), "\(errors)")
        let table = try await trial.bulkhead(agent, ["ps"])
        let row = try #require(table.output.split(separator: "\n").last)
        #expect(row.hasPrefix("hello  TASK_FAILED  127.0.0.1  -  "), "\(table)")
        let tasks = try await trial.json(agent, ["ps", "--json"]) as? [[String: Any]]
        #expect(tasks?.first?["container_id"] is String, "\(tasks ?? [])")
    }

    @Test(arguments: [
        ("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137),
    ] as [(String, Int32)])
    func submitWaitsAndEndsAsRunDoes(_ script: String, _ status: Int32) async throws {
        let agent = try await trial.start()
        let ended = try await trial.bulkhead(agent, ["submit", "--wait", "--", "sh", "-c", "echo out; \(script)"])
        #expect(ended.status == status && ended.output == "out\n", "\(ended)")
    }

    @Test func aCommandThatCannotBeStartedIsNamed() async throws {
        let agent = try await trial.start()
        let ended = try await trial.bulkhead(agent, ["submit", "--wait", "--", "/no/such/program"])
        #expect(ended.status == 127 && ended.errors.contains("/no/such/program"), "\(ended)")
    }

    /// The reason is the same in the task's status, in the log and in `inspect`.
    @Test func aLaunchThatFailsSaysWhyWithTheSameWords() async throws {
        let agent = try await trial.start()
        let ended = try await trial.bulkhead(
            agent, ["submit", "--wait", "--name", "huge", "--mem", "60T", "--", "true"])
        #expect(ended.status == 125 && ended.errors.contains("exceedsHost: memory"), "\(ended)")
        let shown = try await trial.json(agent, ["inspect", "huge"]) as? [String: [String: Any]]
        let statuses = shown?["task"]?["statuses"] as? [[String: Any]]
        let message = try #require(statuses?.last?["message"] as? String)
        #expect(shown?["container"]?["message"] as? String == message)
        let first = try #require(message.split(separator: "\n").first)
        #expect(agent.program.errorText.contains(first), "\(agent.program.errorText)")
    }

    @Test func everyByteComesOnceWhileItIsWritten() async throws {
        let agent = try await trial.start()
        // Beyond one file of the log, in binary.
        let script = "for i in 1 2 3 4 5 6; do head -c 3000000 /dev/urandom | tee -a copy; sleep 0.2; done"
        let id = try await trial.submit(agent, ["--", "sh", "-c", script])
        let logs = try trial.begin(["logs", "-f", id, "--agent", agent.address], of: "bulkhead")
        #expect(try await logs.wait(within: .seconds(120)) == 0, "\(logs.errorText)")
        let container = try await trial.container(agent, id)
        let copy = FileManager.default.contents(atPath: trial.work + "/sandboxes/\(container)/copy")
        #expect(copy.map { Array($0) } == logs.output && logs.outputSize == 18_000_000)
    }

    @Test func logsAndWaitOutliveTheAgentsDeath() async throws {
        let port = try FreePort.find()
        let first = try await trial.start(["--port=\(port)"])
        let script = "i=0; while [ $i -lt 60 ]; do i=$((i + 1)); echo out $i; sleep 0.1; done; exit 5"
        let id = try await trial.submit(first, ["--", "sh", "-c", script])
        let logs = try trial.begin(["logs", "-f", id, "--agent", first.address], of: "bulkhead")
        let wait = try trial.begin(["wait", id, "--agent", first.address], of: "bulkhead")
        try await logs.awaitOutput("out 8\n")
        first.program.signal(SIGKILL)
        _ = try await first.program.wait(within: .seconds(30))
        let second = try await trial.start(["--port=\(port)"])
        #expect(try await wait.wait(within: .seconds(60)) == 5, "\(wait.errorText)")
        #expect(try await logs.wait(within: .seconds(60)) == 0, "\(logs.errorText)")
        #expect(logs.outputText == (1...60).map { "out \($0)\n" }.joined())
        #expect(second.program.exitStatus == nil)
    }

    @Test func aTaskIsKilledWithGrace() async throws {
        let agent = try await trial.start()
        let deaf = try await trial.submit(agent, ["--", "sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"])
        let mild = try await trial.submit(agent, ["--", "sh", "-c", "echo up; exec sleep 1000"])
        for id in [deaf, mild] { try await trial.says("up", id, agent) }
        #expect(try await trial.bulkhead(agent, ["kill", "--grace", "0.2", deaf, mild]).status == 0)
        #expect(try await trial.bulkhead(agent, ["wait", deaf]).status == 137)
        #expect(try await trial.bulkhead(agent, ["wait", mild]).status == 143)
        // It has ended: fine.
        #expect(try await trial.bulkhead(agent, ["kill", mild]).status == 0)
    }

    @Test func aRunningTaskIsResizedMeasuredAndInspected() async throws {
        let agent = try await trial.start()
        let id = try await trial.submit(agent, ["--mem", "200", "--", "sh", "-c", "echo up; exec sleep 1000"])
        try await trial.says("up", id, agent)
        let updated = try await trial.bulkhead(agent, ["update", id, "--cpus", "0.5", "--mem", "150"])
        #expect(updated.status == 0 && updated.output == "cpus 0.5, mem 150 MiB, disk 1,024 MiB\n", "\(updated)")
        let refused = try await trial.bulkhead(agent, ["update", id, "--mem", "60T"])
        #expect(refused.status == 125 && refused.errors.contains("exceedsHost: memory"), "\(refused)")
        let shown = try await trial.json(agent, ["inspect", id]) as? [String: [String: Any]]
        let container = try #require(shown?["container"])
        #expect((container["resources"] as? [String: Any])?["memoryMiB"] as? Int == 150, "\(container)")
        let stages = container["stages"] as? [[String: Any]]
        #expect(stages?.map { $0["stage"] as? String } == ["prepare", "start", "copy", "run"], "\(stages ?? [])")
        #expect(container["state"] as? String == "running" && container["launcher"] as? String == "process")
        #expect(container["tasks"] as? [String] == [id])
        let usage = try await trial.bulkhead(agent, ["usage", id])
        #expect(usage.output.contains("150.0 MiB") && usage.output.contains("cpu time"), "\(usage)")
        let alone = try await trial.json(agent, ["inspect", container["container"] as? String ?? ""])
        #expect((alone as? [String: Any])?["task"] == nil)
        #expect(try await trial.bulkhead(agent, ["kill", id]).status == 0)
        #expect(try await trial.bulkhead(agent, ["wait", id]).status == 143)
        let late = try await trial.bulkhead(agent, ["update", id, "--cpus", "1"])
        #expect(late.status == 125 && late.errors.hasPrefix("bulkhead: notRunning: task “\(id)”"), "\(late)")
        try await eventually("its end", within: .seconds(20)) {
            let left = try await trial.json(agent, ["inspect", id]) as? [String: [String: Any]]
            let ended = left?["container"]
            return ended?["state"] as? String == "terminated" && ended?["message"] is String ? true : nil
        }
    }

    @Test func aTaskInfoIsTakenFromAFile() async throws {
        let agent = try await trial.start()
        let text = """
            {"task_id":{"value":"mine"},"command":{"value":"echo $0 there"},"resources":[
            {"name":"cpus","type":"SCALAR","scalar":{"value":0.1}},{"name":"mem","type":"SCALAR","scalar":{"value":128}}]}
            """
        let file = try trial.directory.file("task.json", Array(text.utf8))
        let ended = try await trial.bulkhead(agent, ["submit", "--json", file, "--wait"])
        #expect(ended.status == 0 && ended.output.hasSuffix("there\n"), "\(ended)")
        let again = try await trial.bulkhead(agent, ["submit", "--json", file])
        #expect(again.status == 125 && again.errors.hasPrefix("bulkhead: nameInUse: task “mine”"), "\(again)")
    }
}

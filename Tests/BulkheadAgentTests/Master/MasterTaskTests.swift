import Foundation
import Glibc
import TestSupport
import Testing

/// Tasks of a framework, through a real master.
@Suite(.enabled(RealMaster.why) { RealMaster.isThere })
struct MasterTaskTests {
    private static let life = ["TASK_STARTING", "TASK_RUNNING"]

    /// A command, one that is ended, and one that is ended before its executor was there.
    @Test(.timeLimit(.minutes(3))) func commandsRunAndAreEnded() async throws {
        let trial = try await MasterTrial()
        let agent = try await trial.start()
        let scheduler = try await SchedulerDriver(trial.master)
        try scheduler.run("short", "echo out; echo err >&2; exit 3")
        try scheduler.run("long", "echo on; exec sleep 600")
        let short = try await scheduler.await("TASK_FAILED", of: "short")
        // The agent brings it there, and may be a little behind.
        try await eventually("its output", within: .seconds(30)) {
            ["stdout", "stderr"].map { trial.sandbox(short.container, $0) } == ["out\n", "err\n"] ? true : nil
        }
        #expect(short.source == "SOURCE_EXECUTOR" && short.address == "127.0.0.1", "\(short)")
        try await scheduler.await("TASK_RUNNING", of: "long")
        try scheduler.kill("long")
        try await scheduler.await("TASK_KILLED", of: "long")

        // Its executor never comes, so that there is time.
        let resources = SchedulerDriver.resources(cpus: 0.1, memory: 32)
        let executor: [String: Any] = [
            "executor_id": ["value": "mute"], "type": "CUSTOM", "command": ["value": "exec sleep 600"],
            "resources": resources,
        ]
        try scheduler.send(["launch": [SchedulerDriver.task("early", ["executor": executor])]])
        try await agent.program.awaitError("executor.id=mute", within: .seconds(30))
        try scheduler.kill("early")
        let early = try await scheduler.await("TASK_KILLED", of: "early")
        #expect(early.reason == "REASON_TASK_KILLED_DURING_LAUNCH", "\(early)")
        try await scheduler.await(event: "FAILURE")

        try scheduler.check("short", Self.life + ["TASK_FAILED"])
        try scheduler.check("long", Self.life + ["TASK_KILLED"])
        try scheduler.check("early", ["TASK_KILLED"])
        try scheduler.check()
        // All that was set aside is free again.
        try await trial.master.agent("an agent without work") { agent in
            (agent["used_resources"] as? [String: Any])?["cpus"] as? Double == 0
        }
        #expect(try await trial.master.isWell())
    }

    /// All of a group or none of it, in an executor of ours.
    @Test(.timeLimit(.minutes(3))) func aGroupRunsInOneExecutor() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.start()
        let scheduler = try await SchedulerDriver(trial.master)
        try scheduler.group("pair", ["left": "echo left >both", "right": "sleep 0.3; cat both"])
        for task in ["left", "right"] { try await scheduler.await("TASK_FINISHED", of: task) }
        let containers = try scheduler.updates().compactMap(\.container)
        #expect(Set(containers).count == 1 && trial.sandbox(containers.first, "both") == "left\n", "\(containers)")
        try await scheduler.await(event: "FAILURE")

        try scheduler.group("doomed", ["fails": "sleep 0.3; exit 1", "waits": "exec sleep 600"])
        try await scheduler.await("TASK_FAILED", of: "fails")
        try await scheduler.await("TASK_KILLED", of: "waits")
        try scheduler.check()
        #expect(try await trial.master.isWell())
    }

    /// What is known of a task, of all, of none.
    @Test(.timeLimit(.minutes(3))) func aFrameworkThatAsksIsAnswered() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.start()
        let scheduler = try await SchedulerDriver(trial.master)
        try scheduler.run("runs", "exec sleep 600")
        try await scheduler.await("TASK_RUNNING", of: "runs")
        let id = try #require(try await trial.master.agent()["id"] as? String)
        func ask(_ tasks: [String]) throws {
            try scheduler.call(
                "RECONCILE", ["tasks": tasks.map { ["task_id": ["value": $0], "agent_id": ["value": id]] }])
        }
        try ask(["runs", "stranger"])
        try await scheduler.await("TASK_RUNNING", of: "runs") { $0.reason == "REASON_RECONCILIATION" }
        try await scheduler.await("TASK_GONE", of: "stranger") { $0.reason == "REASON_RECONCILIATION" }
        try ask([])
        try await eventually("two answers for the task that runs", within: .seconds(30)) {
            try scheduler.updates().filter { $0.reason == "REASON_RECONCILIATION" && $0.task == "runs" }.count == 2
                ? true : nil
        }
        // The master does not know of it, and passes the kill on to nobody.
        try scheduler.kill("stranger")
        try scheduler.kill("runs")
        try await scheduler.await("TASK_KILLED", of: "runs")
        try scheduler.check()
        #expect(try await trial.master.isWell())
    }

    /// A framework that ends takes its executors with it, and nobody else's.
    @Test(.timeLimit(.minutes(3))) func aFrameworksEndIsItsExecutorsEnd() async throws {
        let trial = try await MasterTrial()
        let agent = try await trial.start(["--executor_shutdown_grace_period=1secs"])
        let (ending, other) = (try await SchedulerDriver(trial.master), try await SchedulerDriver(trial.master))
        var processes: [Int32] = []
        for scheduler in [ending, other] {
            try scheduler.run("runs", "echo $$ >pid; exec sleep 600")
            let update = try await scheduler.await("TASK_RUNNING", of: "runs")
            processes.append(try await trial.process(update.container))
        }
        try ending.call("TEARDOWN", [:])
        try await eventually("the end of its task", within: .seconds(20)) { isRunning(processes[0]) ? nil : true }
        #expect(isRunning(processes[1]))
        try await eventually("one executor", within: .seconds(30)) {
            let shown = try await agent.call(#"{"type":"GET_EXECUTORS"}"#).member("get_executors", "executors")
            return (shown as? [Any])?.count == 1 ? true : nil
        }
        try other.kill("runs")
        try await other.await("TASK_KILLED", of: "runs")
        try other.check()
        #expect(try await trial.master.isWell())
    }
}

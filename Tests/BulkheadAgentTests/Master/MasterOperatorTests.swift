import Foundation
import Glibc
import TestSupport
import Testing

/// What an operator has a real master do with an agent.
@Suite(.enabled(RealMaster.why) { RealMaster.isThere })
struct MasterOperatorTests {
    private static func value(_ id: String) -> [String: Any] { ["value": id] }

    /// Reserved, made, kept over a restart, used, and taken back with all that is in it.
    @Test(.timeLimit(.minutes(3))) func aVolumeIsKeptUntilItIsDestroyed() async throws {
        let trial = try await MasterTrial()
        let first = try await trial.start()
        let id = Self.value(try #require(try await trial.master.agent()["id"] as? String))
        var disk: [String: Any] = [
            "name": "disk", "type": "SCALAR", "scalar": ["value": 100],
            "reservations": [["type": "DYNAMIC", "role": "test", "principal": "ops"]],
        ]
        let reserved = [disk]
        disk["disk"] = [
            "persistence": ["id": "data", "principal": "ops"], "volume": ["mode": "RW", "container_path": "data"],
        ]
        let volume = [disk]
        let path = trial.trial.work + "/volumes/roles/test/data"
        func isThere() -> Bool { FileManager.default.fileExists(atPath: path) }
        try await trial.master.call("RESERVE_RESOURCES", ["agent_id": id, "resources": reserved])
        try await trial.master.call("CREATE_VOLUMES", ["agent_id": id, "volumes": volume])
        try await eventually("its directory", within: .seconds(30)) { isThere() ? true : nil }
        try Data("kept".utf8).write(to: URL(fileURLWithPath: path + "/file"))

        _ = try await trial.kill(first)
        let second = try await trial.start()
        #expect(FileManager.default.contents(atPath: path + "/file") == Data("kept".utf8))
        // A master that has forgotten takes the agent's word for it.
        try await trial.master.kill()
        try await trial.master.start()
        let shown = try await trial.master.agent(within: .seconds(30))
        #expect(
            (shown["reserved_resources"] as? [String: [String: Any]])?["test"]?["disk"] as? Double == 100, "\(shown)")
        #expect(second.program.exitStatus == nil)

        try await trial.master.call("DESTROY_VOLUMES", ["agent_id": id, "volumes": volume])
        try await eventually("its directory's end", within: .seconds(30)) { isThere() ? nil : true }
        try await trial.master.call("UNRESERVE_RESOURCES", ["agent_id": id, "resources": reserved])
        try await trial.master.agent("an agent without reservations") { shown in
            (shown["reserved_resources"] as? [String: Any])?.isEmpty == true
        }
        #expect(try await trial.master.isWell())
    }

    /// Its tasks end, and it may be used again; or it is gone for good.
    @Test(.timeLimit(.minutes(3)), arguments: [false, true]) func aDrainedAgentRunsNothing(_ marksGone: Bool)
        async throws
    {
        let trial = try await MasterTrial()
        let agent = try await trial.start()
        let id = Self.value(try #require(try await trial.master.agent()["id"] as? String))
        let scheduler = try await SchedulerDriver(trial.master)
        try scheduler.run("task", "trap '' TERM; echo $$ >pid; while :; do sleep 0.1; done")
        let running = try await scheduler.await("TASK_RUNNING", of: "task")
        let process = try await trial.process(running.container)
        try await trial.master.call(
            "DRAIN_AGENT", ["agent_id": id, "mark_gone": marksGone, "max_grace_period": ["nanoseconds": 1_000_000_000]])
        let end = try await eventually("the task's end", within: .seconds(20)) {
            try scheduler.updates().first { $0.task == "task" && $0.isTerminal }
        }
        #expect(end.state == (marksGone ? "TASK_GONE_BY_OPERATOR" : "TASK_KILLED"))
        #expect(end.reason == "REASON_AGENT_DRAINING", "\(end)")
        #expect(!isRunning(process))
        try scheduler.check()
        if marksGone {
            #expect(try await agent.program.wait(within: .seconds(20)) == 125)
            #expect(agent.program.errorText.contains("masterRefused"), "\(agent.program.errorText)")
        } else {
            try await trial.master.agent("a drained agent") { shown in
                (shown["drain_info"] as? [String: Any])?["state"] as? String == "DRAINED"
            }
            // The task's executor may outlive the task a little, and with it the agent's part of the drain.
            try await agent.program.awaitError("drained for the master", within: .seconds(30))
            try await trial.master.call("REACTIVATE_AGENT", ["agent_id": id])
            try scheduler.run("next", "true")
            try await scheduler.await("TASK_FINISHED", of: "next")
        }
        #expect(try await trial.master.isWell())
    }

    /// The drain goes on where the agent that was told of it left off.
    @Test(.timeLimit(.minutes(3))) func aDrainOutlivesItsAgent() async throws {
        let trial = try await MasterTrial()
        let agent = try await trial.start()
        let id = Self.value(try #require(try await trial.master.agent()["id"] as? String))
        let scheduler = try await SchedulerDriver(trial.master)
        try scheduler.run(
            "task", "trap '' TERM; echo $$ >pid; while :; do sleep 0.1; done",
            more: [
                "kill_policy": SchedulerDriver.seconds(3)
            ])
        let process = try await trial.process(try await scheduler.await("TASK_RUNNING", of: "task").container)
        try await trial.master.call("DRAIN_AGENT", ["agent_id": id])
        try await agent.program.awaitError("draining for the master", within: .seconds(30))
        _ = try await trial.kill(agent)
        #expect(isRunning(process))
        let next = try await trial.start(awaitsMaster: false)
        let end = try await scheduler.await("TASK_KILLED", of: "task")
        #expect(end.reason == "REASON_AGENT_DRAINING", "\(end)")
        try await trial.master.agent("a drained agent") { shown in
            (shown["drain_info"] as? [String: Any])?["state"] as? String == "DRAINED"
        }
        try scheduler.check()
        #expect(next.program.exitStatus == nil)
        #expect(try await trial.master.isWell())
    }

    /// Its tasks end with it; started again, it is refused again.
    @Test(.timeLimit(.minutes(3))) func anAgentThatIsGoneEnds() async throws {
        let trial = try await MasterTrial()
        let agent = try await trial.start()
        let id = Self.value(try #require(try await trial.master.agent()["id"] as? String))
        let scheduler = try await SchedulerDriver(trial.master)
        try scheduler.run("task", "echo $$ >pid; exec sleep 600")
        let running = try await scheduler.await("TASK_RUNNING", of: "task")
        let process = try await trial.process(running.container)
        try await trial.master.call("MARK_AGENT_GONE", ["agent_id": id])
        try await scheduler.await("TASK_GONE_BY_OPERATOR", of: "task")
        #expect(try await agent.program.wait(within: .seconds(30)) == 125)
        #expect(agent.program.errorText.contains("masterRefused"), "\(agent.program.errorText)")
        #expect(!isRunning(process))
        let again = try await trial.start(awaitsMaster: false)
        #expect(try await again.program.wait(within: .seconds(30)) == 125)
        #expect(try await trial.master.agents().isEmpty)
        #expect(try await trial.master.isWell())
    }
}

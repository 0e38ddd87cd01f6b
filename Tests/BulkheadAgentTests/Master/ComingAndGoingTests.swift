import Foundation
import Glibc
import TestSupport
import Testing

/// Agent and master end and come back in the midst of tasks: tasks go on, and no update is lost or told twice.
@Suite(.enabled(RealMaster.why) { RealMaster.isThere })
struct ComingAndGoingTests {
    private static let script = "echo $$ >pid; until [ -e go ]; do sleep 0.1; done; exit 5"
    private static let life = ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"]

    /// A task that goes on until it is let go.
    private func begin(_ trial: MasterTrial, _ scheduler: SchedulerDriver) async throws -> (
        container: String, process: Int32
    ) {
        try scheduler.run("task", Self.script)
        let container = try #require(try await scheduler.await("TASK_RUNNING", of: "task").container)
        return (container, try await trial.process(container))
    }

    private func letGo(_ trial: MasterTrial, _ container: String) {
        _ = FileManager.default.createFile(atPath: "\(trial.trial.work)/sandboxes/\(container)/go", contents: nil)
    }

    /// One task runs all the time; another ends while there is no master.
    @Test(.timeLimit(.minutes(3))) func tasksOutliveTheirAgentAndTheirMaster() async throws {
        let trial = try await MasterTrial()
        let first = try await trial.start()
        let scheduler = try await SchedulerDriver(trial.master)
        let task = try await begin(trial, scheduler)
        try scheduler.run("stays", "exec sleep 600")
        try scheduler.group("pair", ["left": "exec sleep 600", "right": "exec sleep 600"])
        let staying = ["stays", "left", "right"]
        for task in staying { try await scheduler.await("TASK_RUNNING", of: task) }
        let id = try await trial.master.agent()["id"] as? String
        _ = try await trial.kill(first)
        let second = try await trial.start()
        // What was acknowledged is not told again.
        try scheduler.call("RECONCILE", ["tasks": []])
        try await scheduler.await("TASK_RUNNING", of: "stays") { $0.reason == "REASON_RECONCILIATION" }
        let updates = try scheduler.updates().filter { $0.uuid != nil }
        #expect(Set(updates).count == updates.count, "\(updates)")

        try await trial.master.kill()
        #expect(isRunning(task.process))
        letGo(trial, task.container)
        try await eventually("the end of its command", within: .seconds(30)) { isRunning(task.process) ? nil : true }
        try await trial.master.start()
        try await eventually("the agent's second registration", within: .seconds(30)) {
            second.program.errorText.components(separatedBy: " registered").count > 2 ? true : nil
        }
        #expect(try await trial.master.agent()["id"] as? String == id)
        try await scheduler.await("TASK_FAILED", of: "task")
        for task in ["stays", "left"] { try scheduler.kill(task) }
        for task in staying { try await scheduler.await("TASK_KILLED", of: task) }
        try scheduler.check("task", Self.life)
        for task in staying { try scheduler.check(task, ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLED"]) }
        // The new master tells the agent of its frameworks, and what waits for it then is told again.
        try scheduler.check(allowsRepeating: true)
        #expect(try await trial.master.isWell())
    }

    /// The scheduler has not acknowledged anything when the agent dies, and the task ends while there is no agent.
    @Test(.timeLimit(.minutes(3))) func whatWasNotAcknowledgedIsToldByTheNextAgent() async throws {
        let trial = try await MasterTrial()
        let first = try await trial.start()
        let scheduler = try await SchedulerDriver(trial.master)
        try scheduler.send(["hold": true])
        try scheduler.run("task", Self.script)
        let container = try #require(try await scheduler.await("TASK_STARTING", of: "task").container)
        let process = try await trial.process(container)
        _ = try await trial.kill(first)
        letGo(trial, container)
        try await eventually("the end of its command", within: .seconds(30)) { isRunning(process) ? nil : true }
        let second = try await trial.start()
        // Known by its executor, which has come back, and not acknowledged.
        try await eventually("the first update anew", within: .seconds(20)) {
            try scheduler.updates().filter { $0.state == "TASK_STARTING" }.count > 1 ? true : nil
        }
        _ = try await trial.kill(second)
        _ = try await trial.start()
        try scheduler.send(["hold": false])
        try await scheduler.await("TASK_FAILED", of: "task")
        try scheduler.check("task", Self.life)
        try scheduler.check(allowsRepeating: true)
        #expect(try await trial.master.isWell())
    }

    /// The agent stands still until the master has given it up, and goes on.
    @Test(.timeLimit(.minutes(3))) func anAgentThatWasLostIsFoundAgain() async throws {
        let trial = try await MasterTrial()
        let agent = try await trial.start()
        let scheduler = try await SchedulerDriver(trial.master)
        let task = try await begin(trial, scheduler)
        let id = try await trial.master.agent()["id"] as? String
        agent.program.signal(SIGSTOP)
        try await scheduler.await("TASK_UNREACHABLE", of: "task")
        #expect(try await trial.master.agents().isEmpty)
        agent.program.signal(SIGCONT)
        try await scheduler.await("TASK_RUNNING", of: "task") { $0.reason == "REASON_AGENT_REREGISTERED" }
        #expect(try await trial.master.agent()["id"] as? String == id)
        #expect(isRunning(task.process))
        letGo(trial, task.container)
        try await scheduler.await("TASK_FAILED", of: "task")
        try scheduler.check()
        #expect(try await trial.master.isWell())
    }

    /// A kill, and the end of a framework, that the master hears of while there is no agent.
    @Test(.timeLimit(.minutes(3))) func anAgentIsToldWhatItMissed() async throws {
        let trial = try await MasterTrial()
        let first = try await trial.start(["--executor_shutdown_grace_period=1secs"])
        let (killing, ending) = (try await SchedulerDriver(trial.master), try await SchedulerDriver(trial.master))
        let processes = [try await begin(trial, killing).process, try await begin(trial, ending).process]
        _ = try await trial.kill(first)
        try killing.kill("task")
        try ending.call("TEARDOWN", [:])
        try await ending.await(event: "ERROR")
        #expect(processes.allSatisfy(isRunning))
        _ = try await trial.start(["--executor_shutdown_grace_period=1secs"])
        try await killing.await("TASK_KILLED", of: "task")
        try await eventually("the ends of both", within: .seconds(20)) {
            processes.contains(where: isRunning) ? nil : true
        }
        try killing.check("task", ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLED"])
        #expect(try await trial.master.isWell())
    }

    /// A framework that does not want its tasks to outlive their agent gets what it wants.
    @Test(.timeLimit(.minutes(3))) func withoutCheckpointATaskEndsWithItsAgent() async throws {
        let trial = try await MasterTrial()
        let first = try await trial.start()
        let scheduler = try await SchedulerDriver(trial.master, checkpoints: false)
        let task = try await begin(trial, scheduler)
        _ = try await trial.kill(first)
        let end = try await eventually("the task's end, as the master tells it", within: .seconds(30)) {
            try scheduler.updates().first(where: \.isTerminal)
        }
        #expect(end.uuid == nil && end.source == "SOURCE_MASTER", "\(end)")
        _ = try await trial.start()
        try await eventually("its process' end", within: .seconds(20)) { isRunning(task.process) ? nil : true }
        try scheduler.run("next", "true")
        try await scheduler.await("TASK_FINISHED", of: "next")
        // Nothing more was told of the first one.
        #expect(try scheduler.updates().last { $0.task == "task" } == end)
        #expect(try await trial.master.isWell())
    }
}

import Foundation
import Glibc
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

/// A master, an agent, a framework with a task that runs: what hostile words must leave as it is.
final class Scene {
    let trial: MasterTrial
    let scheduler: SchedulerDriver
    private(set) var agent: RunningAgent
    let id: String
    let framework: String
    private let process: Int32

    /// The name that the master's messages bear.
    var master: String { "master@\(trial.master.address)" }

    init() async throws {
        trial = try await MasterTrial()
        agent = try await trial.start()
        scheduler = try await SchedulerDriver(trial.master)
        let subscribed = try await scheduler.await(event: "SUBSCRIBED")["subscribed"] as? [String: Any]
        framework = try #require((subscribed?["framework_id"] as? [String: Any])?["value"] as? String)
        id = try #require(try await trial.master.agent()["id"] as? String)
        try scheduler.run("task", "echo $$ >pid; exec sleep 600")
        process = try await trial.process(try await scheduler.await("TASK_RUNNING", of: "task").container)
    }

    /// A task as the master would send it for the framework.
    func order(
        _ task: String, cpus: Double, _ change: (inout Mesos_Internal_RunTaskMessage) -> Void = { _ in }
    ) -> Mesos_Internal_RunTaskMessage {
        .with {
            $0.framework.id.value = framework
            ($0.framework.user, $0.framework.name) = ("root", "test")
            ($0.framework.roles, $0.framework.checkpoint) = (["test"], true)
            $0.framework.capabilities = [.multiRole, .partitionAware].map { type in .with { $0.type = type } }
            $0.task.name = task
            $0.task.taskID.value = task
            $0.task.agentID.value = id
            $0.task.command.value = "true"
            $0.task.resources = [("cpus", cpus), ("mem", 32)].map { resource in
                .with {
                    ($0.name, $0.type, $0.scalar.value) = (resource.0, .scalar, resource.1)
                    $0.allocationInfo.role = "test"
                }
            }
            change(&$0)
        }
    }

    /// Another master, which takes the agent's word for all tasks, and another agent process on what this one leaves.
    func restart() async throws {
        try await trial.master.kill()
        _ = try await trial.kill(agent)
        try await trial.master.start()
        agent = try await trial.start()
    }

    /// All is as it was; what is asked for properly is done.
    func end(graceOfKill: Int64 = 1_000_000_000) async throws {
        #expect(agent.program.exitStatus == nil, "\(agent.program.errorText.suffix(3000))")
        #expect(try await agent.get("/health").status == 200)
        #expect(isRunning(process))
        #expect(!FileManager.default.fileExists(atPath: trial.trial.work + "/stolen"))
        try await trial.master.agent()
        try scheduler.run("after", "true")
        try await scheduler.await("TASK_FINISHED", of: "after")
        try scheduler.call(
            "KILL", ["task_id": ["value": "task"], "kill_policy": ["grace_period": ["nanoseconds": graceOfKill]]])
        try await scheduler.await("TASK_KILLED", of: "task")
        try scheduler.check("task", ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLED"])
        #expect(try await trial.master.isWell(), "\(trial.master.said.suffix(3000))")
    }
}

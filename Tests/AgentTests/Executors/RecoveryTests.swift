import Foundation
import Isolation
import IsolationTestSupport
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

/// The agent is killed and begins anew; containers and executors go on.
struct RecoveryTests {
    @Test func anExecutorComesBackWithNothingLostOrDoubled() async throws {
        let trial = try await AgentTrial(isAuthenticating: true)
        try await trial.tasks.submit(.sample())
        try await trial.running()
        let token = try await trial.token()
        let first = try await trial.subscribe(token: token)
        _ = try await [first.next(), first.next()]
        try await trial.update(.taskStarting, uuid: 1, token: token)
        let machine = try await trial.machine()
        try await trial.restart()
        try await first.end()
        #expect(try await trial.machine() == machine)
        // 1 was stored, though it never heard so; 2 was said to nobody.
        let second = try await trial.subscribe(token: token) {
            $0.unacknowledgedTasks = [trial.known("t")]
            $0.unacknowledgedUpdates = [(Mesos_V1_TaskState.taskStarting, 1), (.taskRunning, 2)].map { state, uuid in
                .with { $0.status = .sample(state, "t", UInt8(uuid)) }
            }
        }
        #expect(try await second.next().type == .subscribed)
        #expect(try await [second.next(), second.next()].map(\.acknowledged.uuid.first) == [1, 2])
        #expect(await trial.executors.phase == .running)
        try await trial.update(.taskFinished, uuid: 3, token: token)
        let states = await trial.tasks.task("t")?.statuses.map(\.state)
        #expect(states == [.taskStarting, .taskRunning, .taskFinished])
        #expect(try await second.next().acknowledged.uuid.first == 3)
        #expect(!second.rest.contains { $0.type == .launch })
    }

    @Test func theAgentKeepsItsName() async throws {
        let trial = try await AgentTrial()
        let (id, framework) = (trial.executors.agent.id.value, trial.framework)
        try await trial.restart()
        #expect(trial.executors.agent.id.value == id && !id.isEmpty)
        #expect(trial.framework == framework)
    }

    @Test func whoDoesNotComeBackIsEnded() async throws {
        let trial = try await AgentTrial { $0.reregistrationTimeout = .milliseconds(300) }
        _ = try await trial.launched()
        try await trial.restart()
        let end = try await trial.end()
        #expect(end.state == .taskGone && end.reason == .executorReregistrationTimeout)
        #expect(trial.household.host.all.isEmpty)
        #expect(await trial.executors.phase == .running)
    }

    @Test func withoutExecutorsRecoveryIsOverAtOnce() async throws {
        let trial = try await AgentTrial()
        try await trial.restart()
        #expect(await trial.executors.phase == .running)
    }

    @Test func whatEndedMeanwhileIsTold() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        let machine = try await trial.machine()
        await trial.kill()
        trial.household.host.endCommand(of: machine, .exited(3))
        try await trial.start()
        let end = try await trial.end()
        #expect(end.state == .taskFailed && end.message.contains("status 3"))
        #expect(await trial.executors.phase == .running)
    }

    @Test func aTaskThatWaitedIsSentByTheNextProcess() async throws {
        let trial = try await AgentTrial()
        try await trial.tasks.submit(.sample())
        try await trial.running()
        try await trial.restart()
        let events = try await trial.subscribe()
        #expect(try await events.next().type == .subscribed)
        #expect(try await events.next().launch.task.taskID.value == "t")
    }

    @Test func aLaunchThatWasCutShortIsTold() async throws {
        let trial = try await AgentTrial()
        trial.household.launcher.set("start", .hangs)
        try await trial.tasks.submit(.sample())
        try await trial.household.awaitStart()
        trial.household.launcher.set("start", .works)
        try await trial.restart()
        let end = try await trial.end()
        #expect(end.state == .taskFailed && end.reason == .containerLaunchFailed)
        #expect(end.message.contains("interruptedByRestart"))
    }

    /// Stored, and then we died: there is no container at all.
    @Test func aLaunchThatNeverBeganIsTold() async throws {
        let trial = try await AgentTrial()
        let store = try AgentStore(path: trial.directory.path + "/agent.sqlite")
        let container = try Isolation.ContainerID("never-made")
        var task = Mesos_V1_TaskInfo.sample()
        task.name = "t"
        task.agentID = trial.executors.agent.id
        let executor = StoredExecutor(
            framework: trial.framework, info: .with { $0.executorID.value = "t" }, container: container,
            isCommandExecutor: true, life: ExecutorLife())
        try store.add(
            executor, [StoredTask(framework: trial.framework, info: task, container: container, group: nil)])
        try await trial.restart()
        let end = try await trial.end()
        #expect(end.state == .taskFailed && end.message.contains("before the container was launched"))
    }

    @Test func aKillHoldsAfterARestart() async throws {
        let trial = try await AgentTrial { $0.killPatience = .seconds(60) }
        _ = try await trial.launched()
        try await trial.tasks.kill("t")
        try await trial.restart()
        let events = try await trial.subscribe { $0.unacknowledgedTasks = [trial.known("t")] }
        #expect(try await [events.next(), events.next()].map(\.type) == [.subscribed, .kill])
    }

    @Test func whoWasToEndIsEndedByTheNextProcess() async throws {
        let trial = try await AgentTrial { $0.shutdownGrace = .seconds(1) }
        _ = try await trial.launched()
        try await trial.tasks.shutDown(executor: "t")
        try await trial.restart()
        #expect(try await trial.end().state == .taskFailed)
        #expect(trial.household.host.all.isEmpty)
    }

    @Test func whatIsOverStaysKnown() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        try await trial.update(.taskFinished, uuid: 1)
        trial.household.host.endCommand(of: try await trial.machine(), .exited(0))
        try await trial.ended()
        try await trial.restart()
        #expect(try await trial.end().state == .taskFinished)
        let error = await #expect(throws: BulkheadError.self) { try await trial.tasks.submit(.sample()) }
        #expect(error?.reason == .nameInUse)
    }

    @Test func manyComeBackAtOnce() async throws {
        let trial = try await AgentTrial()
        let ids = (0..<40).map { "task-\($0)" }
        for id in ids {
            _ = try await trial.launched(.sample(id))
            try await trial.update(.taskRunning, of: id, by: id, uuid: 1)
        }
        try await trial.restart()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                group.addTask {
                    let events = try await trial.subscribe(id)
                    #expect(try await events.next().type == .subscribed)
                }
            }
            try await group.waitForAll()
        }
        #expect(await trial.executors.phase == .running)
        #expect(await trial.tasks.list().allSatisfy { $0.state == .taskRunning })
    }
}

extension FakeHousehold {
    /// Waits until a machine is being started.
    func awaitStart() async throws {
        try await eventually("a start", within: .seconds(20)) {
            journal.all.contains { $0.hasPrefix("launcher.start") } ? true : nil
        }
    }
}

import Foundation
import Isolation
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

/// Tasks that a master sends, and what it hears of them.
struct MasterOrderTests {
    @Test func updatesLeaveInOrderOneAtATimeAndOnce() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.launched()
        try await trial.update(.taskStarting, uuid: 1)
        try await trial.update(.taskRunning, uuid: 2)
        try await trial.update(.taskRunning, uuid: 2)
        #expect(trial.states == [.taskStarting])
        await trial.acknowledge(2)
        await trial.acknowledge(1)
        await trial.acknowledge(1)
        #expect(trial.states == [.taskStarting, .taskRunning])
        let last = try #require(trial.updates.last)
        #expect(last.update.executor == "t" && last.update.status.agentID.value == "master-S0")
        #expect(!last.update.status.containerStatus.networkInfos.isEmpty)
    }

    @Test func whatIsNotAcknowledgedOutlivesTheAgent() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.launched()
        try await trial.update(.taskStarting, uuid: 1)
        try await trial.update(.taskRunning, uuid: 2)
        await trial.acknowledge(1)
        try await trial.restart()
        #expect(trial.states.isEmpty)
        try await trial.join()
        #expect(trial.states == [.taskRunning])
        _ = try await trial.subscribe { call in
            var task = Mesos_V1_TaskInfo.sample()
            (task.name, task.agentID.value) = ("t", "master-S0")
            call.unacknowledgedTasks = [task]
            call.unacknowledgedUpdates = [.with { $0.status = .sample(.taskRunning, "t", 2) }]
        }
        #expect(trial.states == [.taskRunning])
        await trial.acknowledge(2)
        try await trial.restart()
        try await trial.join()
        #expect(trial.states.isEmpty)
    }

    @Test func aTaskThatIsSentTwiceRunsOnce() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.launched()
        await trial.run()
        #expect(trial.updates.isEmpty && trial.exits.isEmpty)
        #expect(await trial.agent.executors.snapshot().executors.count == 1)
    }

    @Test func aTaskThatCannotBeIsAnErrorAndItsExecutorIsGivenBack() async throws {
        let trial = try await MasterTrial()
        var task = Mesos_V1_TaskInfo.sample("t", executor: "e")
        task.resources = [.scalar("cpus", 1)]
        await trial.run(task)
        #expect(trial.states == [.taskError])
        #expect(trial.updates.first?.update.status.reason == .taskInvalid)
        #expect(trial.updates.first?.update.status.source == .agent)
        #expect(trial.exits == ["e -1"])
    }

    @Test(arguments: [true, false])
    func reservedResourcesThatAreNotHereAreNamed(_ isAware: Bool) async throws {
        let trial = try await MasterTrial()
        var task = Mesos_V1_TaskInfo.sample()
        task.resources[0].reservations = [
            .with {
                $0.role = "web"
                $0.type = .dynamic
            }
        ]
        await trial.run(task, framework: trial.framework { if !isAware { $0.capabilities = [] } })
        #expect(trial.states == [isAware ? .taskDropped : .taskLost])
        #expect(trial.updates.first?.update.status.reason == .resourcesUnknown)
    }

    @Test func theMastersIdeaOfAnExecutorMustBeOurs() async throws {
        let trial = try await MasterTrial()
        await trial.run(.sample("a", executor: "e"), launches: false)
        #expect(trial.states == [.taskDropped] && trial.exits.isEmpty)
        #expect(trial.updates.first?.update.status.reason == .executorTerminated)
        let events = try await trial.launched(.sample("b", executor: "e"))
        await trial.run(.sample("c", executor: "e"), launches: false)
        #expect(try await events.next().type == .launch)
        await trial.run(.sample("d", executor: "e"), launches: true)
        #expect(try await events.next().type == .shutdown)
        #expect(trial.updates.last?.update.status.taskID.value == "d")
        try await eventually("the executor's end to be told", within: .seconds(20)) { trial.exits == ["e -1"] ? true : nil }
    }

    @Test func aTaskIsKilledWhereverItIs() async throws {
        let trial = try await MasterTrial()
        await trial.agent.executors.killByMaster(trial.key("nobody"), nil)
        #expect(trial.updates.isEmpty, "its framework is not here")
        await trial.run()
        await trial.agent.executors.killByMaster(trial.key(), nil)
        #expect(trial.states == [.taskKilled])
        #expect(trial.updates.first?.update.status.reason == .taskKilledDuringLaunch)
        await trial.agent.executors.killByMaster(trial.key("nobody"), nil)
        #expect(trial.updates.last?.update.status.message == "Cannot find executor")
        let events = try await trial.launched(.sample("u"))
        await trial.agent.executors.killByMaster(trial.key("u"), .with { $0.gracePeriod.nanoseconds = 1 })
        let kill = try await events.next()
        #expect(kill.type == .kill && kill.kill.killPolicy.gracePeriod.nanoseconds == 1)
    }

    @Test func aFrameworkThatEndsHearsNothingMore() async throws {
        let trial = try await MasterTrial()
        let events = try await trial.launched()
        try await trial.update(.taskRunning, uuid: 1)
        #expect(try await events.next().type == .acknowledged)
        await trial.agent.executors.shutDown(framework: "f")
        #expect(try await events.next().type == .shutdown)
        try await eventually("the executor's end", within: .seconds(20)) {
            await trial.agent.executors.snapshot().executors.allSatisfy(\.isCompleted) ? true : nil
        }
        #expect(trial.states == [.taskRunning])
        #expect(try await trial.agent.executors.store.outbox().isEmpty)
        await trial.run(.sample("later"))
        #expect(await trial.agent.executors.snapshot().executors.count == 2, "it may come back")
    }

    @Test func aDrainEndsWhatRunsAndTakesNothingNew() async throws {
        let trial = try await MasterTrial()
        let events = try await trial.launched()
        try await trial.agent.executors.drain(.with { $0.markGone = true })
        #expect(try await events.next().type == .kill)
        await trial.run(.sample("new"))
        #expect(trial.states == [.taskDropped])
        #expect(trial.updates.first?.update.status.reason == .agentDraining)
        try await trial.update(.taskKilled, uuid: 1)
        #expect(trial.states.last == .taskGoneByOperator)
        #expect(trial.updates.last?.update.status.reason == .agentDraining)
        try await trial.restart()
        #expect(await trial.agent.executors.membership.drain != nil, "a restart goes on with it")
    }

    @Test func tasksThatTheMasterBelievesToBeHereAreAnswered() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.launched()
        let ids = ["t", "gone"].map { id in Mesos_V1_TaskID.with { $0.value = id } }
        await trial.agent.executors.reconcile(ids, of: "f", trial.framework())
        #expect(trial.updates.map(\.update.status.taskID.value) == ["gone"])
        #expect(trial.states == [.taskDropped] && trial.updates.first?.update.status.reason == .reconciliation)
        await trial.agent.executors.reconcile([ids[1]], of: "strange", nil)
        #expect(trial.states == [.taskDropped, .taskLost])
    }
}

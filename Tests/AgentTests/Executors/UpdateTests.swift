import Foundation
import GRDB
import Isolation
import Mesos
import TestSupport
import Testing

@testable import Agent

struct UpdateTests {
    private func stored(_ trial: AgentTrial) throws -> [Mesos_V1_TaskState] {
        try AgentStore(path: trial.directory.path + "/agent.sqlite").load().tasks.flatMap(\.statuses).map(\.state)
    }

    @Test func anUpdateIsStoredBeforeItIsAcknowledged() async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched()
        #expect(try await trial.update(.taskRunning, uuid: 7) == 202)
        let event = try await events.next()
        #expect(event.type == .acknowledged && event.acknowledged.uuid == Data(repeating: 7, count: 16))
        #expect(event.acknowledged.taskID.value == "t")
        #expect(try stored(trial) == [.taskRunning])
    }

    @Test func theAgentAddsWhatItKnowsBetter() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        let call = trial.call(.update) {
            $0.update.status = .sample(.taskRunning, "t", 1)
            $0.update.status.agentID.value = "a lie"
        }
        #expect(try await trial.send(call).status == 202)
        let status = try #require(await trial.tasks.task("t")?.statuses.last)
        #expect(status.agentID == trial.executors.agent.id && status.executorID.value == "t")
        #expect(status.timestamp > 1_700_000_000 && status.source == .executor)
        #expect(status.containerStatus.containerID.value == (try await trial.container().id.description))
        #expect(status.containerStatus.networkInfos.first?.ipAddresses.first?.ipAddress == "10.0.0.1")
    }

    @Test func aRepetitionIsAcknowledgedAgainAndStoredOnce() async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched()
        for _ in 0..<3 { #expect(try await trial.update(.taskRunning, uuid: 7) == 202) }
        for _ in 0..<3 { #expect(try await events.next().acknowledged.uuid.first == 7) }
        #expect(try stored(trial) == [.taskRunning])
    }

    @Test func updatesKeepTheirOrder() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        let states: [Mesos_V1_TaskState] = [.taskStarting, .taskRunning, .taskKilling, .taskRunning, .taskKilled]
        for (number, state) in states.enumerated() { try await trial.update(state, uuid: UInt8(number)) }
        #expect(try stored(trial) == states)
        #expect(await trial.tasks.task("t")?.statuses.map(\.state) == states)
    }

    /// What comes after the end is taken off the executor's hands, and nobody else's business.
    @Test func afterTheTerminalUpdateNothingCounts() async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched()
        try await trial.update(.taskFinished, uuid: 1)
        try await trial.update(.taskRunning, uuid: 2)
        try await trial.update(.taskFailed, uuid: 3)
        let acknowledged = try await [events.next(), events.next(), events.next()]
        #expect(acknowledged.map(\.acknowledged.uuid.first) == [1, 2, 3])
        #expect(try stored(trial) == [.taskFinished])
        #expect(try await trial.end().state == .taskFinished)
    }

    @Test func updatesForUnknownTasksAreNeitherStoredNorAcknowledged() async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched()
        #expect(try await trial.update(.taskRunning, of: "never heard of", uuid: 1) == 202)
        #expect(try await trial.update(.taskRunning, uuid: 2) == 202)
        #expect(try await events.next().acknowledged.uuid.first == 2)
        #expect(try stored(trial) == [.taskRunning])
    }

    @Test func anExecutorSaysNothingOfAnothersTask() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched(.sample("a"))
        _ = try await trial.launched(.sample("b"))
        #expect(try await trial.update(.taskFinished, of: "b", by: "a") == 202)
        #expect(await trial.tasks.task("b")?.state == .taskStaging)
    }

    @Test func anUpdateThatCannotBeStoredIsRefusedAndTheStreamCloses() async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched()
        let path = trial.directory.path + "/agent.sqlite"
        let other = try DatabaseQueue(path: path)
        try await other.write { try $0.execute(sql: "DROP TABLE status") }
        #expect(try await trial.update(.taskRunning) == 500)
        try await events.end()
        #expect(events.rest.isEmpty)
        #expect(await trial.tasks.task("t")?.statuses.isEmpty == true)
    }

    @Test func ofManyUpdatesTheLastAreKept() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        for number in 0..<(AgentStore.updatesOfATask + 20) {
            try await trial.update(.taskRunning, uuid: UInt8(number))
        }
        try await trial.update(.taskFinished, uuid: 255)
        #expect(try stored(trial).count == AgentStore.updatesOfATask)
        #expect(try stored(trial).last == .taskFinished)
        #expect(await trial.tasks.task("t")?.statuses.count == AgentStore.updatesOfATask)
    }

    /// One that never reads takes a bounded share, and loses its stream; the others do not notice.
    @Test func anExecutorThatDoesNotReadHoldsUpNobody() async throws {
        let trial = try await AgentTrial { $0.eventsWaiting = 8 }
        try await trial.tasks.submit(.sample("deaf"))
        try await trial.running("deaf")
        let answer = try await trial.send(trial.call(.subscribe, "deaf"))
        let events = try await trial.launched(.sample("good"))
        for number in 0..<30 {
            #expect(try await trial.update(.taskRunning, of: "deaf", by: "deaf", uuid: UInt8(number)) == 202)
            try await trial.update(.taskRunning, of: "good", by: "good", uuid: UInt8(number))
            #expect(try await events.next().acknowledged.uuid.first == UInt8(number))
        }
        let deaf = await trial.executors.snapshot().executors.first { $0.info.executorID.value == "deaf" }
        #expect(deaf?.isConnected == false && deaf?.state == .running)
        // Only what was held for it comes, and then the end.
        let late = try EventReader(answer)
        try await late.end()
        #expect(late.rest.count == 8)
        #expect(await trial.tasks.task("deaf")?.statuses.count == 30)
    }

    @Test func whoFollowsATaskSeesAllOfIt() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        try await trial.update(.taskStarting, uuid: 1)
        let updates = try #require(await trial.tasks.updates(of: "t"))
        try await trial.update(.taskRunning, uuid: 2)
        try await trial.update(.taskFinished, uuid: 3)
        var seen: [Mesos_V1_TaskState] = []
        for await status in updates { seen.append(status.state) }
        #expect(seen == [.taskStarting, .taskRunning, .taskFinished])
        #expect(await trial.tasks.updates(of: "nobody") == nil)
    }
}

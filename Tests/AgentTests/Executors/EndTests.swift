import Foundation
import Isolation
import IsolationTestSupport
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

struct EndTests {
    @Test func aLaunchThatFailsIsToldInItsOwnWords() async throws {
        let trial = try await AgentTrial()
        let error = BulkheadError(.networkFull, "network “lan”", "every address is taken", remedy: "wait")
        trial.household.launcher.set("start", .fails(error))
        try await trial.tasks.submit(.sample())
        let end = try await trial.end()
        #expect(end.state == .taskFailed && end.reason == .containerLaunchFailed && end.source == .agent)
        #expect(end.message.contains(error.description))
    }

    @Test func aLaunchThatIsRefusedIsToldAsWell() async throws {
        let trial = try await AgentTrial()
        var task = Mesos_V1_TaskInfo.sample()
        task.resources = [.scalar("cpus", 1), .scalar("mem", 8)]
        try await trial.tasks.submit(task)
        let end = try await trial.end()
        #expect(end.reason == .containerLaunchFailed && end.message.hasPrefix("badResource: memory 8 MiB"))
    }

    @Test(arguments: [
        (Outcome.exited(7), Mesos_V1_TaskStatus.Reason.executorTerminated, "status 7"),
        (.signalled(11), .executorTerminated, "signal 11"), (.outOfMemory, .containerLimitationMemory, "outOfMemory"),
        (.outOfDisk(nil), .containerLimitationDisk, "outOfDisk"),
    ])
    func theContainersEndIsTheTasks(
        _ outcome: Outcome, _ reason: Mesos_V1_TaskStatus.Reason, _ words: String
    ) async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched()
        trial.household.host.endCommand(of: try await trial.machine(), outcome)
        let end = try await trial.end()
        #expect(end.state == .taskFailed && end.reason == reason && end.message.contains(words))
        try await events.end()
        // Nothing of it is kept but what we have stored.
        try await eventually("the container to be forgotten", within: .seconds(20)) {
            trial.household.disk.records.isEmpty ? true : nil
        }
    }

    @Test func aTaskThatSaidHowItEndedIsBelieved() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        try await trial.update(.taskFinished, uuid: 1)
        trial.household.host.endCommand(of: try await trial.machine(), .exited(0))
        try await trial.ended()
        #expect(await trial.tasks.task("t")?.statuses.map(\.state) == [.taskFinished])
    }

    @Test func anExecutorThatNeverRegistersIsEnded() async throws {
        let trial = try await AgentTrial { $0.registrationTimeout = .milliseconds(300) }
        try await trial.tasks.submit(.sample())
        let end = try await trial.end()
        #expect(end.state == .taskFailed && end.reason == .executorRegistrationTimeout)
        #expect(end.message.contains("did not register within 300ms"))
        #expect(trial.household.host.all.isEmpty)
    }

    @Test func theTimeOfALaunchCountsAsWell() async throws {
        let trial = try await AgentTrial { $0.registrationTimeout = .milliseconds(300) }
        trial.household.launcher.set("start", .hangs)
        try await trial.tasks.submit(.sample())
        #expect(try await trial.end().reason == .executorRegistrationTimeout)
    }

    @Test func anExecutorThatHeedsShutdownEndsByItself() async throws {
        let trial = try await AgentTrial { $0.shutdownGrace = .seconds(60) }
        let events = try await trial.launched()
        try await trial.tasks.shutDown(executor: "t")
        #expect(try await events.next().type == .shutdown)
        try await trial.update(.taskKilled)
        trial.household.host.endCommand(of: try await trial.machine(), .exited(0))
        try await trial.ended()
        #expect(await trial.tasks.task("t")?.state == .taskKilled)
    }

    @Test func anExecutorThatIgnoresShutdownIsEnded() async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched()
        try await trial.tasks.shutDown(executor: "t")
        #expect(try await events.next().type == .shutdown)
        let end = try await trial.end()
        #expect(end.state == .taskFailed && end.reason == .executorTerminated)
        #expect(trial.household.host.all.isEmpty)
    }

    /// Subscribing again does not save it.
    @Test func whoIsToEndGetsShutdownAgain() async throws {
        let trial = try await AgentTrial { $0.shutdownGrace = .seconds(60) }
        _ = try await trial.launched()
        try await trial.tasks.shutDown(executor: "t")
        let events = try await trial.subscribe()
        #expect(try await events.next().type == .shutdown)
        try await events.end()
    }

    @Test func aKillIsSentWithItsPolicy() async throws {
        let trial = try await AgentTrial { $0.killPatience = .seconds(60) }
        let events = try await trial.launched()
        try await trial.tasks.kill("t", policy: .with { $0.gracePeriod.nanoseconds = 5 })
        let kill = try await events.next()
        #expect(kill.type == .kill && kill.kill.taskID.value == "t")
        #expect(kill.kill.killPolicy.gracePeriod.nanoseconds == 5)
        try await trial.update(.taskKilled)
        #expect(try await trial.end().state == .taskKilled)
        try await trial.tasks.kill("t")
    }

    @Test func anExecutorOfOursThatIgnoresAKillEndsWithItsContainer() async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched()
        try await trial.tasks.kill("t", policy: .with { $0.gracePeriod.nanoseconds = 1 })
        #expect(try await events.next().type == .kill)
        #expect(try await events.next().type == .shutdown)
        let end = try await trial.end()
        #expect(end.state == .taskKilled && end.message.hasPrefix("Killed with its executor"))
    }

    @Test func aKillThatCouldNotBeSentIsRepeated() async throws {
        let trial = try await AgentTrial { $0.killPatience = .seconds(60) }
        _ = try await trial.launched()
        try await trial.tasks.kill("t")
        let events = try await trial.subscribe { $0.unacknowledgedTasks = [trial.known("t")] }
        #expect(try await events.next().type == .subscribed)
        #expect(try await events.next().type == .kill)
    }

    @Test func aTaskThatWasNotSentIsKilledHere() async throws {
        let trial = try await AgentTrial()
        try await trial.tasks.submit(.sample())
        try await trial.running()
        try await trial.tasks.kill("t")
        let end = try await trial.end()
        #expect(end.state == .taskKilled && end.reason == .taskKilledDuringLaunch)
        try await trial.ended()
        #expect(trial.household.host.all.isEmpty)
    }

    @Test func killingWhatIsNotThereIsAnError() async throws {
        let trial = try await AgentTrial()
        let error = await #expect(throws: BulkheadError.self) { try await trial.tasks.kill("nobody") }
        #expect(error?.reason == .unknownTask)
    }

    /// One that has said that its task is over and stays is a guest for nothing.
    @Test func anExecutorOfOursDoesNotOutliveItsTask() async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched()
        try await trial.update(.taskFinished)
        #expect(try await events.next().type == .acknowledged)
        #expect(try await events.next().type == .shutdown)
        try await trial.ended()
        #expect(await trial.tasks.task("t")?.state == .taskFinished)
    }

    @Test func onlyTheLastOnesAreRemembered() async throws {
        let trial = try await AgentTrial { $0.endedExecutors = 2 }
        trial.household.launcher.set("start", .fails(StrangeError("no")))
        for id in ["a", "b", "c", "d"] {
            try await trial.tasks.submit(.sample(id))
            _ = try await trial.end(of: id)
            try await trial.ended(id)
        }
        #expect(await trial.tasks.list().map(\.taskID.value).sorted() == ["c", "d"])
        try await trial.restart()
        #expect(await trial.tasks.list().map(\.taskID.value).sorted() == ["c", "d"])
    }
}

extension AgentTrial {
    /// Waits until an executor is known to have ended.
    func ended(_ executor: String = "t") async throws {
        try await eventually("the end of \(executor)", within: .seconds(30)) {
            let all = await executors.snapshot().executors.filter { $0.info.executorID.value == executor }
            return all.allSatisfy { $0.state == .terminated } ? true : nil
        }
    }
}

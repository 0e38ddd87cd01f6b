import Isolation
import IsolationTestSupport
import Mesos
import TestSupport
import Testing

@testable import Agent

@Suite struct DrainTests {
    @Test func executorsAreAskedAndTheirContainersEnd() async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched()
        async let left = trial.executors.drain(within: .seconds(30))
        #expect(try await events.next().type == .shutdown)
        #expect(await left == [])
        #expect(await trial.executors.containerizer.list().isEmpty)
        #expect(try await trial.end().state == .taskKilled)
        let refusal = await #expect(throws: BulkheadError.self) { try await trial.tasks.submit(.sample("late")) }
        #expect(refusal?.reason == .notRunning)
    }

    @Test func whatDoesNotEndInTimeIsDestroyed() async throws {
        let trial = try await AgentTrial()
        let containerizer = trial.executors.containerizer
        try await containerizer.launch(FakeHousehold.config("stubborn"))
        let begin = ContinuousClock.now
        #expect(await trial.executors.drain(within: .milliseconds(300)) == [])
        #expect(ContinuousClock.now - begin < .seconds(20))
    }
}

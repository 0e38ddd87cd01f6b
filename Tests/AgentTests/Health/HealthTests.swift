import Isolation
import IsolationTestSupport
import Logging
import Mesos
import TestSupport
import Testing

@testable import Agent

@Suite struct HealthTests {
    private static let broken = BulkheadError(.diskFull, "disk", "it is full", remedy: "free space")
    private static let asked = BulkheadError(.exceedsHost, "memory", "too much", remedy: "ask for less")

    private func health(limit: Int = 3, backOff: Duration = .seconds(60)) -> LaunchHealth {
        var options = LaunchHealth.Options()
        (options.limit, options.backOff) = (limit, backOff)
        var log = Logger(label: "test")
        log.logLevel = .critical
        return LaunchHealth(options, log: log)
    }

    @Test func someFailuresInARowMakeItUnhealthyAndOneSuccessEndsThat() {
        let health = health()
        for _ in 0..<2 { health.launchFailed(Self.broken) }
        #expect(health.complaint == nil && health.refusal == nil && health.failures == 2)
        health.launchSucceeded()
        for _ in 0..<2 { health.launchFailed(Self.broken) }
        #expect(health.complaint == nil)
        health.launchFailed(Self.broken)
        #expect(health.complaint?.contains("3 launches in a row") == true)
        #expect(health.complaint?.contains("diskFull: disk: it is full") == true)
        #expect(health.refusal?.reason == .diskFull && health.refusal?.detail.contains("it is full") == true)
        health.launchSucceeded()
        #expect(health.complaint == nil && health.refusal == nil && health.failures == 0)
    }

    @Test func whatCallersAskForDoesNotCount() {
        let health = health()
        for _ in 0..<10 { health.launchFailed(Self.asked) }
        #expect(health.complaint == nil)
        for _ in 0..<2 { health.launchFailed(Self.broken) }
        health.launchFailed(Self.asked)
        #expect(health.complaint == nil)
        health.launchFailed(Self.broken)
        #expect(health.complaint != nil)
    }

    @Test func launchesAreTriedAgainAfterAWhile() async throws {
        let health = health(limit: 1, backOff: .milliseconds(100))
        health.launchFailed(Self.broken)
        #expect(health.refusal != nil)
        try await Task.sleep(for: .milliseconds(150))
        #expect(health.refusal == nil && health.complaint != nil)
        health.launchFailed(Self.broken)
        #expect(health.refusal != nil)
    }

    @Test func withLimitZeroItIsNeverUnhealthy() {
        let health = health(limit: 0)
        for _ in 0..<100 { health.launchFailed(Self.broken) }
        #expect(health.complaint == nil && health.refusal == nil)
    }

    /// An executor whose container cannot be launched counts, and tasks are refused then with the same words.
    @Test func executorsTellOfTheirLaunches() async throws {
        let health = health(limit: 2)
        let trial = try await AgentTrial { $0.health = health }
        trial.household.provisioner.set("provision", .fails(Self.broken))
        for name in ["a", "b"] {
            try await trial.tasks.submit(.sample(name))
            #expect(try await trial.end(of: name).reason == .containerLaunchFailed)
        }
        #expect(health.failures == 2)
        let refusal = await #expect(throws: BulkheadError.self) { try await trial.tasks.submit(.sample("c")) }
        #expect(refusal?.reason == .diskFull && refusal?.detail.contains("2 launches in a row") == true)
        #expect(await trial.tasks.task("c") == nil)
    }

    @Test func anExecutorThatSubscribesIsASuccess() async throws {
        let health = health()
        health.launchFailed(Self.broken)
        let trial = try await AgentTrial { $0.health = health }
        _ = try await trial.launched()
        #expect(health.failures == 0)
    }
}

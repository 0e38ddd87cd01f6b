import Foundation
import Isolation
import Testing

@Suite struct TimeIsolatorTests {
    private func container(limit: Duration?, startedBefore seconds: Int?) throws -> ContainerContext {
        let resources = Resources(cpus: CPUs(thousandths: 1000), memory: .mebibytes(128), disk: .mebibytes(1))
        let config = ContainerConfig(
            id: try ContainerID("timed"), resources: resources, command: TaskCommand(arguments: ["true"]),
            timeLimit: limit)
        var record = ContainerRecord(
            config, machine: UUID(), created: 0, bootID: "a boot", life: ContainerLife(isolators: 0))
        record.commandStarted = seconds.map { Int(Date().timeIntervalSince1970) - $0 }
        return ContainerContext(
            record: record, clock: StageClock(budgets: LaunchBudgets()) { _ in }, directory: "/nowhere", sandbox: nil)
    }

    /// The clock went on while we were away.
    @Test func aLimitThatPassedMeanwhileIsReachedAtOnce() async throws {
        let container = try container(limit: .seconds(3600), startedBefore: 3601)
        let late = BulkheadError(.isolatorHangs, "test", "it waits", remedy: "")
        let limitation = try await within(.seconds(60), otherwise: { late }) {
            try await TimeIsolator(name: "process/time").watch(container)
        }
        #expect(limitation?.limit == .time)
        #expect(limitation?.grace == .seconds(5))
    }

    @Test func aLimitIsNotReachedBeforeItsTime() async throws {
        let container = try container(limit: .milliseconds(300), startedBefore: nil)
        let begin = ContinuousClock.now
        _ = try await TimeIsolator(name: "vm/time").watch(container)
        #expect(ContinuousClock.now - begin >= .milliseconds(300))
    }

    @Test func withoutALimitThereIsNothingToWaitFor() async throws {
        #expect(try await TimeIsolator(name: "vm/time").watch(container(limit: nil, startedBefore: 10)) == nil)
    }

    @Test func waitingHeedsCancellation() async throws {
        let container = try container(limit: .seconds(3600), startedBefore: 10)
        let waiter = Task { try await TimeIsolator(name: "vm/time").watch(container) }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
    }
}

import Isolation
import Synchronization
import Testing

@testable import VMIsolation

@Suite struct DeadlineTests {
    private static let late = BulkheadError(.leaseTimeout, "it", "late", remedy: "")

    @Test func theFirstEndWins() async throws {
        let once = Once<Int>()
        async let waiters = withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { try await once.value() } }
            return try await group.reduce(0, +)
        }
        once.fulfil(.success(1))
        once.fulfil(.success(2))
        #expect(try await waiters == 20)
        #expect(try await once.value() == 1)
    }

    @Test func aCancelledWaiterStopsAtOnceAndTheOthersGoOn() async throws {
        let once = Once<Int>()
        let waiter = Task { try await once.value() }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        once.fulfil(.success(3))
        #expect(try await once.value() == 3)
    }

    @Test func whatHangsIsLeftBehind() async throws {
        let begin = ContinuousClock.now
        let never = Once<Int>()
        await #expect(throws: Self.late) {
            try await within(.milliseconds(50), otherwise: { Self.late }) {
                // Deaf to cancellation, as a call into C is.
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    Task.detached {
                        _ = try? await never.value()
                        continuation.resume()
                    }
                }
            }
        }
        #expect(ContinuousClock.now - begin < .seconds(30))
        never.fulfil(.success(0))
    }

    @Test func resultsAndErrorsPass() async throws {
        #expect(try await within(.seconds(60), otherwise: { Self.late }) { 7 } == 7)
        await #expect(throws: CancellationError.self) {
            try await within(.seconds(60), otherwise: { Self.late }) { throw CancellationError() }
        }
    }

    @Test func cleaningUpIsShieldedFromCancellation() async {
        let done = Mutex(false)
        let task = Task {
            await shielded {
                #expect(!Task.isCancelled)
                done.withLock { $0 = true }
            }
        }
        task.cancel()
        await task.value
        #expect(done.withLock { $0 })
    }

    @Test func aStageThatFailsIsInTheTimelineWithItsReason() async {
        var budgets = LaunchBudgets()
        budgets.stages[.lease] = .milliseconds(20)
        let clock = StageClock(budgets: budgets) { _ in }
        await #expect(throws: Self.late) {
            try await clock.run(.lease, timeout: { Self.late }) { try await Task.sleep(for: .seconds(60)) }
        }
        let entry = clock.timeline.entries.first
        #expect(entry?.stage == .lease && entry?.failure == .leaseTimeout && entry?.budget == .milliseconds(20))
    }
}

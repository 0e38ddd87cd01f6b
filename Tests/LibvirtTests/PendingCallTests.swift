import Synchronization
import Testing

@testable import Libvirt

@Suite struct PendingCallTests {
    /// Holds a thread until it is opened.
    private final class Gate: Sendable {
        private let opened = Mutex(false)
        let reached = Mutex(false)

        func open() { opened.withLock { $0 = true } }

        /// Blocks, ten seconds at most.
        func wait() {
            reached.withLock { $0 = true }
            let deadline = ContinuousClock.now + .seconds(60)
            while !opened.withLock({ $0 }), ContinuousClock.now < deadline {}
        }
    }

    @Test func aCallThatWaitsForAThreadIsCancelledAtOnce() async throws {
        let threads = CallThreads(count: 1)
        let gate = Gate()
        let second = Gate()
        let first = Task { try await threads.run(abandonable: false) { gate.wait() } }
        #expect(try await eventually { gate.reached.withLock { $0 } })
        let waiting = Task { try await threads.run(abandonable: false) { second.wait() } }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        gate.open()
        try await first.value
        try await threads.run(abandonable: false) {}
        #expect(!second.reached.withLock { $0 })
    }

    @Test func aRunningChangeIsWaitedFor() async throws {
        let threads = CallThreads(count: 1)
        let gate = Gate()
        let task = Task {
            try await threads.run(abandonable: false) {
                gate.wait(); return 42
            }
        }
        #expect(try await eventually { gate.reached.withLock { $0 } })
        task.cancel()
        gate.open()
        #expect(try await task.value == 42)
    }

    @Test func aRunningReadIsLeftBehindAndItsAnswerDropped() async throws {
        final class Answer: Sendable {}
        let threads = CallThreads(count: 1)
        let gate = Gate()
        let kept = Mutex(WeakAnswer())
        struct WeakAnswer { weak var answer: Answer? }
        let task = Task {
            try await threads.run(abandonable: true) {
                gate.wait()
                let answer = Answer()
                kept.withLock { $0.answer = answer }
                return answer
            }
        }
        #expect(try await eventually { gate.reached.withLock { $0 } })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        gate.open()
        try await threads.run(abandonable: false) {}
        #expect(kept.withLock { $0.answer == nil })
    }

    @Test func threadsEndWithTheLastReferenceAndNotBeforeTheirWork() async throws {
        let ran = Mutex(0)
        do {
            let threads = CallThreads(count: 2)
            for _ in 0..<50 { threads.submit { ran.withLock { $0 += 1 } } }
        }
        #expect(try await eventually { ran.withLock { $0 } == 50 })
    }

    @Test func theFirstEndOfAConnectionWins() {
        let end = ConnectionEnd()
        let heard = Mutex<[String]>([])
        for name in ["a", "b", "forgotten"] {
            let id = end.nextID()
            end.listen(id) { reason in heard.withLock { $0.append("\(name): \(reason?.rawValue ?? -1)") } }
            if name == "forgotten" { end.forget(id) }
        }
        end.end(.keepAlive)
        end.end(nil)
        end.listen(end.nextID()) { reason in heard.withLock { $0.append("late: \(reason?.rawValue ?? -1)") } }
        #expect(heard.withLock { $0.sorted() } == ["a: 2", "b: 2", "late: 2"])
    }
}

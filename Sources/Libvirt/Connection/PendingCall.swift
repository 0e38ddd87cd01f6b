internal import Synchronization

/// One blocking call on its way to a thread and back.
///
/// Cancelling ends the wait for a thread at once. Once the call runs, only an abandonable one is not waited for.
final class PendingCall<Value: Sendable>: Sendable {
    private typealias Continuation = CheckedContinuation<Value, any Error>

    private enum State {
        case new
        case queued(Continuation)
        case running(Continuation)
        case ended
    }

    private let state = Mutex(State.new)
    private let abandonable: Bool

    init(abandonable: Bool) {
        self.abandonable = abandonable
    }

    /// Stores who waits; false if the call was cancelled before.
    func enqueue(_ continuation: CheckedContinuation<Value, any Error>) -> Bool {
        let queued = state.withLock { state in
            guard case .new = state else { return false }
            state = .queued(continuation)
            return true
        }
        if !queued { continuation.resume(throwing: CancellationError()) }
        return queued
    }

    /// Makes the call, unless it was cancelled while it waited for this thread.
    func run(_ call: () throws -> Value) {
        let starts = state.withLock { state in
            guard case .queued(let continuation) = state else { return false }
            state = .running(continuation)
            return true
        }
        guard starts else { return }
        let result = Result(catching: call)
        let waiting = state.withLock { state in
            defer { state = .ended }
            return if case .running(let continuation) = state { continuation } else { nil as Continuation? }
        }
        waiting?.resume(with: result)
    }

    func cancel() {
        let waiting = state.withLock { state -> Continuation? in
            switch state {
            case .queued(let continuation):
                state = .ended
                return continuation
            case .running(let continuation) where abandonable:
                state = .ended
                return continuation
            case .new:
                state = .ended
                return nil
            case .running, .ended:
                return nil
            }
        }
        waiting?.resume(throwing: CancellationError())
    }
}

import Isolation
import Synchronization

/// A value that comes once; any number of tasks wait for it, and a cancelled one stops waiting at once.
final class Once<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, any Error>?
        var waiters: [Int: CheckedContinuation<Value, any Error>] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// The first result stays; later ones are dropped.
    func fulfil(_ result: Result<Value, any Error>) {
        let waiters = state.withLock { state in
            guard state.result == nil else { return [CheckedContinuation<Value, any Error>]() }
            state.result = result
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    var current: Result<Value, any Error>? { state.withLock { $0.result } }

    func value() async throws -> Value {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let known: Result<Value, any Error>? = state.withLock { state in
                    if let result = state.result { return result }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiters[ticket] = continuation
                    return nil
                }
                if let known { continuation.resume(with: known) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume(throwing: CancellationError())
        }
    }
}

/// Runs an operation and stops waiting for it at the end of `limit`, or when the caller is cancelled.
///
/// A task group would wait for its children; a call into C that hangs is one that must be left behind.
/// That is why this is the one file that has tasks of its own.
func within<Value: Sendable>(
    _ limit: Duration, otherwise error: @escaping @Sendable () -> BulkheadError,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let end = Once<Value>()
    let timer = Task {
        try await Task.sleep(for: limit)
        end.fulfil(.failure(error()))
    }
    defer { timer.cancel() }
    return try await abandonable(until: end, operation)
}

/// The same for a step that changes the host: when its time is over, or its caller is cancelled, it is cancelled and its
/// end is waited for, half a minute at most, so that cleaning up does not run beside what it cleans up.
func withinToItsEnd<Value: Sendable>(
    _ limit: Duration, otherwise error: @escaping @Sendable () -> BulkheadError,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let work = Task { try await operation() }
    return try await withTaskCancellationHandler {
        try await Task {
            do { return try await within(limit, otherwise: error) { try await work.value } } catch let failure {
                work.cancel()
                _ = try? await within(.seconds(30), otherwise: error) { _ = try? await work.value }
                throw failure
            }
        }.value
    } onCancel: {
        work.cancel()
    }
}

/// Runs an operation and stops waiting for it when the caller is cancelled, though it may not heed that itself: a read
/// from a terminal, a write that nobody takes.
func abandonable<Value: Sendable>(
    until end: Once<Value> = Once(), _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let work = Task {
        do { end.fulfil(.success(try await operation())) } catch { end.fulfil(.failure(error)) }
    }
    defer { work.cancel() }
    return try await end.value()
}

/// Does something to the end although the caller was cancelled: cleaning up.
func shielded<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) async -> Value {
    await Task { await operation() }.value
}

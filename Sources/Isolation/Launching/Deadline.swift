import Dispatch
import Synchronization

/// A value that comes once; any number of tasks wait for it, and a cancelled one stops waiting at once.
public final class Once<Value: Sendable>: Sendable {
    /// In memory of its own: it may be large, and most of the time there is none yet.
    private indirect enum Arrival {
        case of(Result<Value, any Error>)

        var result: Result<Value, any Error> {
            switch self {
            case .of(let result): result
            }
        }
    }

    private struct State {
        var arrival: Arrival?
        var waiters: [Int: CheckedContinuation<Value, any Error>] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// The first result stays; later ones are dropped.
    public func fulfil(_ result: Result<Value, any Error>) {
        let waiters = state.withLock { state in
            guard state.arrival == nil else { return [CheckedContinuation<Value, any Error>]() }
            state.arrival = .of(result)
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    public var current: Result<Value, any Error>? { state.withLock { $0.arrival?.result } }

    public func value() async throws -> Value {
        let ticket = state.withLock { state in
            state.next += 1
            return state.next
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let known: Result<Value, any Error>? = state.withLock { state in
                    if let arrival = state.arrival { return arrival.result }
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

/// Calls once, unless it is cancelled before. A cancelled `Task.sleep` keeps its memory until its time is over.
private func alarm(after limit: Duration, _ ring: @escaping @Sendable () -> Void) -> any DispatchSourceTimer {
    let source = DispatchSource.makeTimerSource(queue: .global())
    source.schedule(deadline: .now() + limit / .seconds(1))
    source.setEventHandler(handler: ring)
    source.resume()
    return source
}

/// Runs an operation and stops waiting for it at the end of `limit`, or when the caller is cancelled.
///
/// A task group would wait for its children; a call into C that hangs is one that must be left behind.
/// That is why this is the one file that has tasks of its own.
public func within<Value: Sendable>(
    _ limit: Duration, otherwise error: @escaping @Sendable () -> BulkheadError,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let end = Once<Value>()
    let alarm = alarm(after: limit) { end.fulfil(.failure(error())) }
    defer { alarm.cancel() }
    return try await abandonable(until: end, operation)
}

/// The same for a step that changes the host: when its time is over, or its caller is cancelled, it is cancelled and its
/// end is waited for, however long that takes, so that undoing never runs beside what it undoes.
///
/// - Parameters:
///   - patience: how long it may take to end once it was cancelled.
///   - hung: called when it has not ended by then.
public func withinToItsEnd<Value: Sendable>(
    _ limit: Duration, patience: Duration = .seconds(30), otherwise error: @escaping @Sendable () -> BulkheadError,
    hung: @escaping @Sendable () async -> Void = {}, _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let work = Task { try await operation() }
    let (isOver, isCancelled) = (Once<Void>(), Once<Void>())
    let alarm = alarm(after: limit) {
        isOver.fulfil(.success(()))
        isCancelled.fulfil(.success(()))
    }
    let watch = Task {
        try await isCancelled.value()
        work.cancel()
        try await Task.sleep(for: patience)
        await hung()
    }
    defer {
        alarm.cancel()
        watch.cancel()
    }
    let result = await withTaskCancellationHandler {
        await work.result
    } onCancel: {
        isCancelled.fulfil(.success(()))
    }
    guard isOver.current == nil else { throw error() }
    return try result.get()
}

/// Runs an operation and stops waiting for it when the caller is cancelled, though it may not heed that itself: a read
/// from a terminal, a write that nobody takes.
public func abandonable<Value: Sendable>(
    until end: Once<Value> = Once(), _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let work = Task {
        do { end.fulfil(.success(try await operation())) } catch { end.fulfil(.failure(error)) }
    }
    defer { work.cancel() }
    return try await end.value()
}

/// Does something to the end although the caller was cancelled: cleaning up.
public func shielded<Value: Sendable>(_ operation: @escaping @Sendable () async -> Value) async -> Value {
    await Task { await operation() }.value
}

import Synchronization

/// Parts of a body between the connection that they come from and the handler that reads them.
final class BodyQueue: Sendable {
    /// With so many bytes in it, no more are read from the client.
    static let mark = 256 << 10

    private struct State {
        var parts: [[UInt8]] = []
        var size = 0
        var end: Result<Void, HTTPBodyError>?
        var waiter: CheckedContinuation<[UInt8]?, any Error>?
        var isDiscarded = false
        var isAskedFor = false
    }

    private let state = Mutex(State())
    /// Called when there is room again.
    private let drained: @Sendable () -> Void
    /// Called before the first part is waited for.
    private let asked: @Sendable () -> Void

    init(drained: @escaping @Sendable () -> Void, asked: @escaping @Sendable () -> Void) {
        self.drained = drained
        self.asked = asked
    }

    var isFull: Bool { state.withLock { !$0.isDiscarded && $0.size >= Self.mark } }
    /// Whether the client has sent all of it.
    var isEnded: Bool { state.withLock { $0.end != nil } }

    /// Whether a handler waits for the client.
    var isWaitedFor: Bool { state.withLock { $0.waiter != nil } }

    func add(_ part: [UInt8]) {
        let waiter: CheckedContinuation<[UInt8]?, any Error>? = state.withLock { state in
            guard !state.isDiscarded, state.end == nil else { return nil }
            if state.waiter == nil {
                state.parts.append(part)
                state.size += part.count
            }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: part)
    }

    /// The first end stays.
    func finish(_ end: Result<Void, HTTPBodyError>) {
        let waiter: CheckedContinuation<[UInt8]?, any Error>? = state.withLock { state in
            if state.end == nil { state.end = end }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(with: end.map { nil }.mapError { $0 })
    }

    /// What still comes is dropped.
    func discard() {
        state.withLock { state in
            state.isDiscarded = true
            state.parts = []
            state.size = 0
        }
        drained()
    }

    func next() async throws -> [UInt8]? {
        if isFirst() { asked() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait($0) }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private func isFirst() -> Bool {
        state.withLock { state in
            defer { state.isAskedFor = true }
            return !state.isAskedFor && state.end == nil && state.parts.isEmpty
        }
    }

    private func wait(_ waiter: CheckedContinuation<[UInt8]?, any Error>) {
        let (answer, hasRoom): (Result<[UInt8]?, any Error>?, Bool) = state.withLock { state in
            if !state.parts.isEmpty {
                let wasFull = state.size >= Self.mark
                let all = Array(state.parts.joined())
                state.parts = []
                state.size = 0
                return (.success(all), wasFull)
            }
            if let end = state.end { return (end.map { nil }.mapError { $0 }, false) }
            if Task.isCancelled { return (.failure(CancellationError()), false) }
            precondition(state.waiter == nil, "a body is read by one task")
            state.waiter = waiter
            return (nil, false)
        }
        if hasRoom { drained() }
        if let answer { waiter.resume(with: answer) }
    }
}

internal import Synchronization

/// Tells all who listen, once, that a connection was lost or closed.
final class ConnectionEnd: Sendable {
    /// The reason is nil where our own side closed the connection.
    typealias Listener = @Sendable (CloseReason?) -> Void

    private struct State {
        var ended = false
        var reason: CloseReason?
        var listeners: [Int: Listener] = [:]
        var lastID = 0
    }

    private let state = Mutex(State())

    /// A name for a listener.
    func nextID() -> Int {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    /// Calls the listener once, at the end; at once if the connection has ended already.
    func listen(_ id: Int, _ listener: @escaping Listener) {
        let (ended, reason) = state.withLock { state in
            if !state.ended { state.listeners[id] = listener }
            return (state.ended, state.reason)
        }
        if ended { listener(reason) }
    }

    func forget(_ id: Int) {
        _ = state.withLock { $0.listeners.removeValue(forKey: id) }
    }

    /// The first reason wins.
    func end(_ reason: CloseReason?) {
        let listeners = state.withLock { state in
            guard !state.ended else { return [Int: Listener]() }
            state.ended = true
            state.reason = reason
            defer { state.listeners = [:] }
            return state.listeners
        }
        for listener in listeners.values { listener(reason) }
    }
}

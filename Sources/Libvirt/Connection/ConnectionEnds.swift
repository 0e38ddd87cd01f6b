internal import Synchronization

/// The ends of all open connections, for the close callback.
///
/// C holds a number here, not a box: a driver may take a close callback, never call it and never release its box, and
/// says nothing of it.
enum ConnectionEnds {
    private struct State {
        var ends: [Int: ConnectionEnd] = [:]
        var lastID = 0
    }

    private static let state = Mutex(State())

    static func add(_ end: ConnectionEnd) -> Int {
        state.withLock { state in
            state.lastID += 1
            state.ends[state.lastID] = end
            return state.lastID
        }
    }

    static func find(_ id: Int) -> ConnectionEnd? {
        state.withLock { $0.ends[id] }
    }

    static func remove(_ id: Int) {
        _ = state.withLock { $0.ends.removeValue(forKey: id) }
    }
}

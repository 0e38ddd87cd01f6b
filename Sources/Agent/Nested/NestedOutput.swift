import Isolation
import Synchronization

/// A piece of what a container writes.
enum OutputPiece: Sendable {
    case output([UInt8]), errors([UInt8]), heartbeat

    var size: Int {
        switch self {
        case .output(let bytes), .errors(let bytes): bytes.count
        case .heartbeat: 1
        }
    }
}

typealias OutputQueue = BoundedQueue<OutputPiece>

/// What a session writes, on its way to whoever launched it and to those who look on.
///
/// The session goes at the pace of the first: it loses nothing. Those who look on and do not keep up are left behind,
/// their streams broken off.
final class NestedOutput: Sendable {
    private struct State {
        var readers: [OutputQueue] = []
        var isOver = false
    }

    let owner: OutputQueue
    private let limits: NestedLimits
    private let state = Mutex(State())

    init(_ limits: NestedLimits) {
        self.limits = limits
        owner = OutputQueue(limit: limits.waiting)
    }

    /// - Throws: ``BoundedQueue/ReaderGone``.
    func add(_ piece: OutputPiece) async throws {
        state.withLock { state in
            state.readers.removeAll { reader in
                if reader.offer(piece, size: piece.size) { return false }
                reader.leave()
                return true
            }
        }
        try await owner.add(piece, size: piece.size)
    }

    /// - Returns: what is written from now on; nil where there are readers enough.
    func attach() -> OutputQueue? {
        let queue = OutputQueue(limit: limits.waiting)
        return state.withLock { state in
            guard !state.isOver else {
                queue.finish()
                return queue
            }
            guard state.readers.count < limits.readers else { return nil }
            state.readers.append(queue)
            return queue
        }
    }

    func detach(_ queue: OutputQueue) { state.withLock { $0.readers.removeAll { $0 === queue } } }

    func finish() {
        let readers = state.withLock { state in
            defer { state.readers = [] }
            state.isOver = true
            return state.readers
        }
        for reader in readers + [owner] { reader.finish() }
    }
}

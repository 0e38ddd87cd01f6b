import Isolation
import Synchronization

/// Things on their way to one reader: what is too much for it waits, or is refused.
final class BoundedQueue<Element: Sendable>: Sendable {
    struct ReaderGone: Error {}

    fileprivate struct State {
        var waiting: [(element: Element, size: Int)] = []
        var size = 0
        var isFinished = false
        var isLeft = false
        var change = Once<Void>()
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: the sum of sizes at which no more is taken.
    init(limit: Int) { self.limit = limit }

    /// Waits until there is room.
    ///
    /// - Throws: ``ReaderGone``, also where the queue was finished; `CancellationError`.
    func add(_ element: Element, size: Int) async throws {
        while true {
            let change: Once<Void>? = try state.withLock { state in
                if state.isLeft || state.isFinished { throw ReaderGone() }
                if state.size >= limit { return state.change }
                state.add(element, size)
                return nil
            }
            guard let change else { return }
            try await change.value()
        }
    }

    /// - Returns: false where there is no room, or no reader.
    func offer(_ element: Element, size: Int) -> Bool {
        state.withLock { state in
            guard !state.isLeft, !state.isFinished, state.size < limit else { return false }
            state.add(element, size)
            return true
        }
    }

    var isLeft: Bool { state.withLock { $0.isLeft } }
    var isEmpty: Bool { state.withLock { $0.waiting.isEmpty } }

    /// What is in it is still read.
    func finish() { state.withLock { $0.change { $0.isFinished = true } } }

    /// Nobody reads any more.
    func leave() {
        state.withLock {
            $0.change { state in
                state.isLeft = true
                state.waiting = []
            }
        }
    }

    /// - Returns: nil at the end.
    /// - Throws: `CancellationError`.
    func next() async throws -> Element? {
        while true {
            let (first, change): (Element?, Once<Void>?) = state.withLock { state in
                if !state.waiting.isEmpty {
                    let first = state.waiting.removeFirst()
                    state.change { $0.size -= first.size }
                    return (first.element, nil)
                }
                return (nil, state.isFinished || state.isLeft ? nil : state.change)
            }
            guard let change else { return first }
            try await change.value()
        }
    }
}

extension BoundedQueue.State {
    fileprivate mutating func add(_ element: Element, _ size: Int) {
        change {
            $0.waiting.append((element, size))
            $0.size += size
        }
    }

    fileprivate mutating func change(_ body: (inout Self) -> Void) {
        body(&self)
        change.fulfil(.success(()))
        change = Once()
    }
}

import Isolation
import Synchronization

/// A command in another container, as long as it is remembered.
final class NestedContainer: Sendable {
    let id: NestedID
    let hasTerminal: Bool
    /// Of a session; nil where the output goes to files.
    let output: NestedOutput?
    /// Nil for a command that reads an empty input.
    let input: NestedInput?
    /// Comes when the command runs, or with why it never will.
    let running = Once<Void>()
    let ended = Once<Termination>()
    private let signals: AsyncStream<Int32>.Continuation
    private let sizes: AsyncStream<(Int, Int)>.Continuation
    private let work = Mutex<Task<Void, Never>?>(nil)
    let signalStream: AsyncStream<Int32>
    let sizeStream: AsyncStream<(Int, Int)>

    init(_ id: NestedID, isSession: Bool, hasTerminal: Bool, _ limits: NestedLimits) {
        self.id = id
        self.hasTerminal = hasTerminal
        output = isSession ? NestedOutput(limits) : nil
        input = isSession || hasTerminal ? NestedInput(limits, hasTerminal: hasTerminal) : nil
        (signalStream, signals) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(16))
        (sizeStream, sizes) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var isAlive: Bool { ended.current == nil }

    func begin(_ body: @escaping @Sendable () async -> Void) {
        let task = Task { await body() }
        work.withLock { $0 = task }
    }

    /// Nobody wants it any more.
    func destroy() { work.withLock { $0 }?.cancel() }

    /// - Parameter patience: after which one that SIGKILL did not end is destroyed.
    func signal(_ number: Int32, patience: Duration) {
        signals.yield(number)
        guard number == 9 else { return }
        Task {
            let ended = ended
            _ = try? await within(patience, otherwise: { Self.undying }) { try await ended.value() }
            destroy()
        }
    }

    private static let undying = BulkheadError(.launcherFailed, "signal 9", "the command did not end", remedy: "")

    func resize(_ columns: Int, _ rows: Int) { sizes.yield((columns, rows)) }

    func end(_ termination: Termination) {
        ended.fulfil(.success(termination))
        output?.finish()
        input?.end()
        signals.finish()
        sizes.finish()
    }
}

/// What is sent to a command, by one sender at a time.
final class NestedInput: Sendable {
    private let queue: BoundedQueue<[UInt8]>
    private let isTaken = Mutex(false)
    private let hasTerminal: Bool

    init(_ limits: NestedLimits, hasTerminal: Bool) {
        queue = BoundedQueue(limit: limits.waiting)
        self.hasTerminal = hasTerminal
    }

    /// - Returns: false where somebody else sends.
    func take() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }

    func giveBack() { isTaken.withLock { $0 = false } }

    /// No bytes end the input; a terminal's goes on.
    ///
    /// - Throws: ``BoundedQueue/ReaderGone`` where it has ended, or the command.
    func add(_ bytes: [UInt8]) async throws {
        guard bytes.isEmpty else { return try await queue.add(bytes, size: bytes.count) }
        if !hasTerminal { queue.finish() }
    }

    func next() async throws -> [UInt8]? { try await queue.next() }

    func end() { queue.leave() }
}

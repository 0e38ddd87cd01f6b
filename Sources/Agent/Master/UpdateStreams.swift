import FoundationEssentials
import Mesos

/// Status updates that the master has not acknowledged: one stream for each task, of which the oldest is on its way. It
/// decides; ``Executors`` stores and sends.
struct UpdateStreams {
    typealias Key = Executors.TaskKey

    /// What one executor, or the agent, said of a task.
    struct Update: Hashable, Sendable {
        var framework: String
        /// Nil where none was ever started for the task.
        var executor: String?
        var status: Mesos_V1_TaskStatus
        /// In the store's outbox.
        var number: Int64 = 0

        var key: Key { Key(framework: framework, id: status.taskID.value) }
    }

    /// An update as it is sent, with the newest state that is known by then.
    struct Outgoing: Hashable, Sendable {
        var update: Update
        var latest: Mesos_V1_TaskState
    }

    enum Acknowledgement: Hashable, Sendable {
        /// Nothing of the task waits, or the update is not the one that was sent.
        case unexpected
        /// The next one, where one waits and may be sent.
        case taken(next: Outgoing?)
    }

    private struct Stream {
        /// The oldest first; never empty.
        var waiting: ArraySlice<Update>
        var due: ContinuousClock.Instant
        var pause: Duration
    }

    /// Between the first and the second time that an update is sent; each further pause is twice as long.
    static let firstPause = Duration.seconds(10)
    static let longestPause = Duration.seconds(600)

    /// Nothing is sent: there is no master that knows us.
    private(set) var isPaused = true
    private var streams: [Key: Stream] = [:]

    var isEmpty: Bool { streams.isEmpty }

    var count: Int { streams.values.reduce(0) { $0 + $1.waiting.count } }

    func waiting(for key: Key) -> Int { streams[key]?.waiting.count ?? 0 }

    func holds(framework: String) -> Bool { streams.keys.contains { $0.framework == framework } }

    /// The update that was sent and not acknowledged, or is to be sent first.
    func oldest(_ key: Key) -> Update? { streams[key]?.waiting.first }

    /// - Returns: what is to be sent now.
    mutating func add(_ update: Update, at now: ContinuousClock.Instant) -> Outgoing? {
        guard streams[update.key] == nil else {
            streams[update.key]?.waiting.append(update)
            return nil
        }
        streams[update.key] = Stream(waiting: [update], due: now, pause: Self.firstPause)
        return isPaused ? nil : send(update.key, at: now)
    }

    mutating func acknowledge(_ key: Key, _ uuid: Data, at now: ContinuousClock.Instant) -> Acknowledgement {
        guard var stream = streams[key], stream.waiting.first?.status.uuid == uuid else { return .unexpected }
        streams[key] = nil
        stream.waiting.removeFirst()
        guard !stream.waiting.isEmpty else { return .taken(next: nil) }
        stream.pause = Self.firstPause
        streams[key] = stream
        return .taken(next: isPaused ? nil : send(key, at: now))
    }

    mutating func pause() { isPaused = true }

    /// A master knows us, or where its framework is: all is sent at once, and as if for the first time.
    mutating func resume(at now: ContinuousClock.Instant) -> [Outgoing] {
        isPaused = false
        for key in streams.keys { streams[key]?.pause = Self.firstPause }
        return streams.keys.compactMap { send($0, at: now) }
    }

    /// What was not acknowledged for too long.
    mutating func due(at now: ContinuousClock.Instant) -> [Outgoing] {
        guard !isPaused else { return [] }
        return streams.filter { $0.value.due <= now }.keys.compactMap { send($0, at: now) }
    }

    /// Nobody is told of the framework's tasks any more.
    mutating func drop(framework: String) { streams = streams.filter { $0.key.framework != framework } }

    private mutating func send(_ key: Key, at now: ContinuousClock.Instant) -> Outgoing? {
        guard var stream = streams[key], let first = stream.waiting.first, let last = stream.waiting.last else {
            return nil
        }
        stream.due = now + stream.pause
        stream.pause = min(stream.pause * 2, Self.longestPause)
        streams[key] = stream
        return Outgoing(update: first, latest: last.status.state)
    }
}

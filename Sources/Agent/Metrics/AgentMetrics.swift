import FoundationEssentials
public import Isolation
import Synchronization

/// What is counted while the agent runs.
public final class AgentMetrics: Sendable {
    /// Seconds; the upper ends of a stage's buckets.
    static let buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

    /// How often a stage of a launch took how long.
    struct Histogram: Sendable {
        var counts = [Int](repeating: 0, count: AgentMetrics.buckets.count)
        var count = 0
        var sum = 0.0
    }

    struct Counts: Sendable {
        var launchErrors = 0
        var recoveryErrors = 0
        var recoveryTime: Double?
        var stages: [LaunchStage: Histogram] = [:]
        var sandboxesRemoved = 0
        var sandboxesLeft = 0
        var sandboxesWaiting = 0
    }

    private let counts = Mutex(Counts())
    private let start = ContinuousClock.now

    public init() {}

    var current: Counts { counts.withLock { $0 } }
    var uptime: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// - Parameter isGone: false where something of it is left.
    func sandboxRemoved(_ isGone: Bool) {
        counts.withLock { counts in
            if isGone { counts.sandboxesRemoved += 1 } else { counts.sandboxesLeft += 1 }
        }
    }

    func sandboxes(waiting count: Int) { counts.withLock { $0.sandboxesWaiting = count } }

    func launchFailed() { counts.withLock { $0.launchErrors += 1 } }

    /// - Parameter errors: how many containers could not be found again as they were.
    public func recovered(in time: Duration, errors: Int) {
        counts.withLock { ($0.recoveryTime, $0.recoveryErrors) = (time / .seconds(1), errors) }
    }

    /// Takes the stages of a launch as they end; for `Containerizer.launch(observe:)`.
    public func observe(_ entry: Timeline.Entry) {
        guard let duration = entry.duration, entry.stage != .run else { return }
        let seconds = duration / .seconds(1)
        counts.withLock { counts in
            var histogram = counts.stages[entry.stage] ?? Histogram()
            for (number, end) in Self.buckets.enumerated() where seconds <= end { histogram.counts[number] += 1 }
            histogram.count += 1
            histogram.sum += seconds
            counts.stages[entry.stage] = histogram
        }
    }
}

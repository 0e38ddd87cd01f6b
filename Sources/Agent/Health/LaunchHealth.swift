public import Isolation
public import Logging
import Synchronization

/// Whether launches succeed on this host. After some in a row that failed for its own reasons the agent is unhealthy, and
/// refuses launches for a while; one success ends it.
///
/// One for each agent: standalone containers and executors tell it of theirs.
public final class LaunchHealth: Sendable {
    public struct Options: Hashable, Sendable {
        /// 0: never unhealthy.
        public var limit = 5
        public var backOff = Duration.seconds(60)

        public init() {}
    }

    struct State {
        /// In a row.
        var failures = 0
        var last: BulkheadError?
        var refusedUntil = ContinuousClock.now
        var isDraining = false
    }

    private let options: Options
    private let log: Logger
    private let state = Mutex(State())

    public init(_ options: Options = Options(), log: Logger = Logger(label: "bulkhead.health")) {
        self.options = options
        self.log = log
    }

    /// How many launches in a row failed for the host's reasons.
    public var failures: Int { state.withLock { $0.failures } }

    /// Why the agent is not healthy, in words; nil where it is.
    public var complaint: String? { state.withLock { complaint($0) } }

    private func complaint(_ state: State) -> String? {
        guard options.limit > 0, state.failures >= options.limit, let last = state.last else { return nil }
        return "\(state.failures) launches in a row failed for a reason of this host; the last one: \(last)"
    }

    public func launchSucceeded() {
        let wasIll = state.withLock { state in
            defer { (state.failures, state.last) = (0, nil) }
            return complaint(state) != nil
        }
        if wasIll { log.info("healthy again: a launch succeeded") }
    }

    /// - Parameter error: one that is not the host's fault changes nothing.
    public func launchFailed(_ error: BulkheadError) {
        guard error.reason.isHostFault else { return }
        let failures = state.withLock { state -> Int? in
            state.failures += 1
            state.last = error
            guard complaint(state) != nil else { return nil }
            state.refusedUntil = .now + options.backOff
            return state.failures
        }
        guard let failures else { return }
        log.error("unhealthy: launches fail", metadata: ["failures": "\(failures)", "error": "\(error)"])
    }

    /// From now on every launch is refused: the agent is about to end.
    public func drain() { state.withLock { $0.isDraining = true } }

    /// Why nothing is to be launched now; nil where it may be tried.
    public var refusal: BulkheadError? {
        state.withLock { state in
            guard !state.isDraining else {
                return BulkheadError(.notRunning, "agent", "it ends its containers", remedy: "launch it elsewhere")
            }
            let wait = state.refusedUntil - .now
            guard let why = complaint(state), let last = state.last, wait > .zero else { return nil }
            return BulkheadError(
                last.reason, "agent", why,
                remedy: "mend that; launches are tried again in \(Int(wait / .seconds(1)) + 1) s"
            )
        }
    }
}

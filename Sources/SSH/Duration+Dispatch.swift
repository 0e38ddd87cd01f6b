internal import Dispatch

extension Duration {
    /// For Dispatch's clocks; durations beyond 100 years become 100 years.
    var dispatchInterval: DispatchTimeInterval {
        let limited = min(max(self, .zero), .seconds(100 * 365 * 86400))
        let (seconds, attoseconds) = limited.components
        return .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
    }
}

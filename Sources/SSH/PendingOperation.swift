/// A call that could not be finished at once and waits for the server, its deadline or its cancellation.
struct PendingOperation {
    let id: UInt64
    let step: SSHError.Step
    let deadline: ContinuousClock.Instant?
    /// Tries again, and tells the caller if that ended it.
    let retry: () -> Bool
    let fail: (any Error) -> Void
}

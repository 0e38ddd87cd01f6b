/// The end of a budget that several calls share.
struct Deadline {
    private let instant: ContinuousClock.Instant

    init(in timeout: Duration) {
        instant = .now + timeout
    }

    /// Never negative: a call with nothing left fails as soon as it would wait.
    var left: Duration { max(instant - .now, .zero) }
}

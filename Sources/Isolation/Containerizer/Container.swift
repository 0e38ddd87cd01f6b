/// One container while this process looks after it; the containerizer's own, reached on its actor alone.
final class Container {
    var record: ContainerRecord
    var plan = LaunchPlan()
    let context: @Sendable (ContainerRecord) -> ContainerContext
    let clock: StageClock
    let claim: any ContainerClaim
    let streams: CommandStreams?
    let isResumed: Bool
    /// The step under way, cancelled by a destroy.
    var work: Task<Termination?, any Error>?
    /// Goes through the steps.
    var driver: Task<Void, Never>?
    var signals: Task<Void, Never>?
    /// The state that the store has.
    var saved: ContainerLife.State?
    /// Comes when an update under way has ended.
    var update: Once<Void>?
    var cleanUpFailure: BulkheadError?
    /// Comes when the command runs, or never will.
    let running = Once<Void>()
    /// Comes at the end, and when cleaning up came to a halt.
    var report = Once<ContainerReport>()

    init(
        _ record: ContainerRecord, claim: any ContainerClaim, clock: StageClock, streams: CommandStreams?,
        isResumed: Bool, context: @escaping @Sendable (ContainerRecord) -> ContainerContext
    ) {
        self.record = record
        self.claim = claim
        self.clock = clock
        self.streams = streams
        self.isResumed = isResumed
        self.context = context
    }

    var here: ContainerContext { context(record) }
}

/// One container while this process looks after it; the containerizer's own, reached on its actor alone.
final class Container {
    var record: ContainerRecord
    var plan = LaunchPlan()
    let context: @Sendable (ContainerRecord) -> ContainerContext
    let clock: StageClock
    let claim: any ContainerClaim
    let streams: CommandStreams?
    let isResumed: Bool
    /// The step under way, cancelled by a destroy. None while the command is: an ended task holds all memory that it had.
    var work: Task<Void, Never>?
    /// Of the command under way.
    var race: EndRace?
    /// One for each ending that may come yet, by number, cancelled when the race is over.
    var waits: [Int: Task<Void, Never>] = [:]
    var waitsBegun = 0
    /// Commands beside the container's own, by number.
    var besides: [Int: Task<Termination, any Error>] = [:]
    var besidesBegun = 0
    /// Files are being copied out of the running machine.
    var copy: Task<[LeftOut], any Error>?
    /// The command runs or ran, and the files that it leaves have not all come out.
    var owesFiles = false
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

public import Isolation
public import SSH

/// A file or directory that goes into the guest before the command, or comes out after it.
public struct Transfer: Hashable, Sendable {
    public var host: String
    public var guest: String

    public init(host: String, guest: String) {
        self.host = host
        self.guest = guest
    }
}

/// One command in one fresh guest, everything looked up and checked.
public struct LaunchRequest: Sendable {
    public var id: ContainerID
    public var resources: Resources
    public var image: Image
    public var template: DomainTemplate
    public var policy: LintPolicy
    /// Nil: our own.
    public var network: String?
    public var acceleration: AccelerationPolicy
    public var budgets: LaunchBudgets
    public var command: TaskCommand
    public var puts: [Transfer]
    public var gets: [Transfer]
    /// Of the command alone; nil lets it run for as long as it likes.
    public var timeLimit: Duration?
    /// Leave the guest up afterwards.
    public var keep: Bool

    public init(
        id: ContainerID, resources: Resources, image: Image, template: DomainTemplate, policy: LintPolicy = .strict,
        network: String? = nil, acceleration: AccelerationPolicy = .auto, budgets: LaunchBudgets = LaunchBudgets(),
        command: TaskCommand, puts: [Transfer] = [], gets: [Transfer] = [], timeLimit: Duration? = nil,
        keep: Bool = false
    ) {
        self.id = id
        self.resources = resources
        self.image = image
        self.template = template
        self.policy = policy
        self.network = network
        self.acceleration = acceleration
        self.budgets = budgets
        self.command = command
        self.puts = puts
        self.gets = gets
        self.timeLimit = timeLimit
        self.keep = keep
    }
}

/// What a launch came to.
public struct LaunchReport: Sendable {
    public var container: ContainerID
    public var outcome: Outcome
    public var timeline: Timeline
    public var acceleration: DomainPlan.Acceleration?
    public var address: String?
    public var resources: Resources
    public var hardLimit: Memory?
    /// Set where `--keep` left the guest up: what reaches it.
    public var kept: KeptGuest?
    /// What could not be removed; `bulkhead sweep` finishes it.
    public var cleanUpFailure: BulkheadError?
    /// What else went wrong after the command had ended: a file that could not be fetched.
    public var fetchFailure: BulkheadError?
    /// What `--get` did not take though it succeeded.
    public var leftOut: [LeftOut] = []
}

/// Links that were not fetched because they lead out of what was asked for.
public struct LeftOut: Hashable, Sendable {
    /// The path that was asked for.
    public var guest: String
    public var count: Int
    /// The first of them, in words.
    public var notes: [String]
}

public struct KeptGuest: Hashable, Sendable {
    public var address: String
    /// Mode 0600, in the container's own directory; goes with the guest.
    public var keyFile: String
    public var knownHosts: String
}

/// The streams of a command, as the caller wants them.
public struct CommandStreams: Sendable {
    /// Nil: the command reads an empty input.
    public var input: (@Sendable () async throws -> [UInt8]?)?
    /// Each waits until the bytes are taken; throwing says that nobody reads any more.
    public var output: @Sendable ([UInt8]) async throws -> Void
    public var errors: @Sendable ([UInt8]) async throws -> Void
    /// The caller's terminal, for a command that gets one.
    public var terminal: PTYRequest?
    /// Columns and rows of the caller's terminal, each time they change.
    public var windowSizes: AsyncStream<(Int, Int)>?
    /// Signals for the command, by number.
    public var signals: AsyncStream<Int32>

    public init(
        input: (@Sendable () async throws -> [UInt8]?)?, output: @escaping @Sendable ([UInt8]) async throws -> Void,
        errors: @escaping @Sendable ([UInt8]) async throws -> Void, terminal: PTYRequest? = nil,
        windowSizes: AsyncStream<(Int, Int)>? = nil, signals: AsyncStream<Int32>
    ) {
        self.input = input
        self.output = output
        self.errors = errors
        self.terminal = terminal
        self.windowSizes = windowSizes
        self.signals = signals
    }
}

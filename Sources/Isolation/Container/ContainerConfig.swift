/// What a container is to be: one command, and what it gets. Plain values, stored as they are.
public struct ContainerConfig: Hashable, Codable, Sendable {
    /// Where the command's streams go.
    public enum Output: String, Codable, Sendable {
        /// To the caller, live. Without its caller the container has no use: a restart ends it.
        case caller
        /// To files in the container's sandbox. The command survives restarts of ours.
        case sandbox
    }

    public var id: ContainerID
    public var resources: Resources
    /// Image reference, for the provisioner; empty where the launcher needs none.
    public var image: String
    public var command: TaskCommand
    public var output: Output
    /// Copied in before the command runs.
    public var puts: [Transfer]
    /// Programs of ours that the command needs, each a regular file. Like ``puts``, but a launcher may have them in the
    /// machine from its start. Nil in records of before there were any.
    public var programs: [Transfer]?
    /// Copied out when it has ended, also when it failed.
    public var gets: [Transfer]
    /// Of the command alone; nil lets it run for as long as it likes.
    public var timeLimit: Duration?
    public var rates: RateLimits
    /// Nil: it has no way out.
    public var egress: EgressPolicy?
    /// The machine stays when the command has ended.
    public var keep: Bool

    public init(
        id: ContainerID, resources: Resources, image: String = "", command: TaskCommand, output: Output = .caller,
        puts: [Transfer] = [], programs: [Transfer] = [], gets: [Transfer] = [], timeLimit: Duration? = nil,
        rates: RateLimits = RateLimits(), egress: EgressPolicy = .nothing, keep: Bool = false
    ) {
        self.id = id
        self.resources = resources
        self.image = image
        self.command = command
        self.output = output
        self.puts = puts
        self.programs = programs.isEmpty ? nil : programs
        self.gets = gets
        self.timeLimit = timeLimit
        self.rates = rates
        self.egress = egress == .nothing ? nil : egress
        self.keep = keep
    }
}

/// How fast a container may use disk and network; nil: as fast as it goes.
public struct RateLimits: Hashable, Codable, Sendable {
    /// Read and written together.
    public var diskBytesPerSecond: UInt64?
    public var diskOperationsPerSecond: UInt64?
    /// In each direction; whole KiB.
    public var networkBytesPerSecond: UInt64?

    public init(
        diskBytesPerSecond: UInt64? = nil, diskOperationsPerSecond: UInt64? = nil, networkBytesPerSecond: UInt64? = nil
    ) {
        self.diskBytesPerSecond = diskBytesPerSecond
        self.diskOperationsPerSecond = diskOperationsPerSecond
        self.networkBytesPerSecond = networkBytesPerSecond
    }
}

/// A file or directory that goes into the container before the command, or comes out after it.
public struct Transfer: Hashable, Codable, Sendable {
    public var host: String
    public var guest: String

    public init(host: String, guest: String) {
        self.host = host
        self.guest = guest
    }
}

public import FoundationEssentials

/// Makes and ends the thing that a container runs in: a virtual machine, a process, an administrator's own.
///
/// All launchers pass one contract suite. Waits heed cancellation, and every call but ``ended(_:)`` and
/// ``execute(_:_:_:)`` has a deadline of its own.
public protocol Launcher: Sendable {
    /// What `--isolation` calls it: `vm`, `process`, `external:PROGRAM`.
    var name: String { get }

    /// Makes the machine. When this throws, ``stop(_:)`` still comes.
    func start(_ container: ContainerContext, _ plan: LaunchPlan) async throws

    /// Waits until the machine has ended without our doing, and says how.
    func ended(_ container: ContainerContext) async throws -> Termination

    /// Runs the command, or after a restart follows it, to its end. What it wrote meanwhile is neither lost nor doubled.
    func execute(_ container: ContainerContext, _ plan: LaunchPlan, _ execution: Execution) async throws -> Termination

    /// Runs a further command beside the container's own, in the same machine and within its limits, to its end. Comes
    /// while the container's command runs only, any number of them at a time.
    ///
    /// Cancelling ends the command and is waited for; so does the end of our process, within seconds.
    ///
    /// - Throws: ``BulkheadError`` with `unsupported` where the launcher has no way to do so: the default.
    func runBeside(_ container: ContainerContext, _ plan: LaunchPlan, _ beside: CommandBeside) async throws
        -> Termination

    /// Copies the files that the configuration asks for out of the machine before its command has ended. Cancelling ends
    /// that and is waited for.
    ///
    /// - Parameter isLast: the machine is about to be stopped, and its command may be ended first.
    /// - Throws: ``BulkheadError`` with `unsupported` where files do not come out of a running machine: the default.
    func bringOut(_ container: ContainerContext, _ plan: LaunchPlan, isLast: Bool) async throws -> [LeftOut]

    /// Delivers a signal to the command; nothing happens where there is none.
    func signal(_ number: Int32, to container: ContainerContext) async

    /// Ends the machine and sees it gone, its process included. May come in any state, and more than once.
    func stop(_ container: ContainerContext) async throws

    /// What every machine of ours uses, with one question for all.
    func statistics(_ containers: [ContainerContext]) async throws -> [ContainerID: MachineStatistics]

    /// Machines that exist here, ours or not.
    func machines() async throws -> [FoundMachine]

    /// Ends a machine that bears our tag and belongs to no container.
    func remove(_ orphan: FoundMachine) async throws

    /// What may explain a failure: the console's last lines.
    func evidence(_ container: ContainerContext) -> [String]
}

extension Launcher {
    public func runBeside(
        _ container: ContainerContext, _ plan: LaunchPlan, _ beside: CommandBeside
    ) async throws -> Termination {
        throw BulkheadError(
            .unsupported, "container \(container.id)", "launcher \(name) cannot run a command beside the container's own",
            remedy: "launch a container of its own, or use launcher vm or process")
    }

    public func bringOut(_ container: ContainerContext, _ plan: LaunchPlan, isLast: Bool) async throws -> [LeftOut] {
        throw BulkheadError(
            .unsupported, "container \(container.id)", "launcher \(name) brings files out at the command's end alone",
            remedy: "wait for the end, or use launcher vm")
    }
}

/// How a command is to be run.
public struct Execution: Sendable {
    /// The caller's, or nil where output goes to the sandbox.
    public var streams: CommandStreams?
    /// The command was started by a former process of ours.
    public var isResumed: Bool
    /// To be called once, when the command runs.
    public var commandRuns: @Sendable () async -> Void
    /// To be called when it has ended and something is still to be done, such as fetching files: its time is no longer
    /// counted.
    public var commandEnded: @Sendable () async -> Void

    public init(
        streams: CommandStreams?, isResumed: Bool, commandRuns: @escaping @Sendable () async -> Void,
        commandEnded: @escaping @Sendable () async -> Void = {}
    ) {
        self.streams = streams
        self.isResumed = isResumed
        self.commandRuns = commandRuns
        self.commandEnded = commandEnded
    }
}

/// A machine that was found on this host.
public struct FoundMachine: Hashable, Sendable {
    public var id: UUID
    public var name: String
    /// Whose it is by its tag; nil where it has none of ours.
    public var owner: String?
    public var isRunning: Bool
    /// By its tag, in seconds since 1970.
    public var created: Int?

    public init(id: UUID, name: String, owner: String?, isRunning: Bool, created: Int? = nil) {
        self.created = created
        self.id = id
        self.name = name
        self.owner = owner
        self.isRunning = isRunning
    }
}

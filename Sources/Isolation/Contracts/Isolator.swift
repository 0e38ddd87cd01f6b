/// One concern of a container's isolation: processors, disks, network, time. docs/isolators/writing-one.md shows how to
/// write one.
///
/// Every hook has a default that does nothing, and a deadline that the containerizer holds it to. Hooks of one container
/// come one after another, but for `watch`, `usage` and `status`; those of different containers come at the same time.
public protocol Isolator: Sendable {
    /// As `--isolation` spells it, such as `vm/disk`.
    var name: String { get }

    /// Makes what the container needs from this concern and adds it to the plan. Nothing runs yet.
    ///
    /// Throwing ends the launch; ``cleanup(_:)`` comes all the same.
    func prepare(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan

    /// The machine runs, the command does not yet. Cancelled when the machine ends, and waited for.
    func isolate(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan

    /// Waits for a limit to be reached and returns it: the container is then destroyed. Begins with the command, and ends
    /// when it is cancelled. Nil says that there is nothing to wait for.
    func watch(_ container: ContainerContext) async throws -> Limitation?

    /// Brings new resources into force, or says why not. Must be ready to be called again with the former ones.
    func update(_ container: ContainerContext, to resources: Resources) async throws -> UpdateAnswer

    /// This concern's part of the usage of many containers, in one go. A failure drops this part alone.
    ///
    /// - Parameter machines: what the launcher knows of each, asked for once.
    func usage(
        _ containers: [ContainerContext], _ machines: [ContainerID: MachineStatistics]
    ) async throws -> [ContainerID: ResourceUsage]

    /// Adds what this concern knows to a status.
    func status(_ container: ContainerContext, _ status: ContainerStatus) async throws -> ContainerStatus

    /// Takes away everything that ``prepare(_:_:)`` may have made, whether or not it did: the process may have died in
    /// its midst. Comes after the machine is gone; may come again after it failed.
    func cleanup(_ container: ContainerContext) async throws

    /// After a restart of ours, for a container whose command runs on: finds again what ``prepare(_:_:)`` made, and puts
    /// into the plan what the launcher needs to reach it.
    func recover(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan
}

extension Isolator {
    public func prepare(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan { plan }
    public func isolate(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan { plan }
    public func watch(_ container: ContainerContext) async throws -> Limitation? { nil }
    public func update(_ container: ContainerContext, to resources: Resources) async throws -> UpdateAnswer { .applied }
    public func usage(
        _ containers: [ContainerContext], _ machines: [ContainerID: MachineStatistics]
    ) async throws -> [ContainerID: ResourceUsage] { [:] }
    public func status(_ container: ContainerContext, _ status: ContainerStatus) async throws -> ContainerStatus {
        status
    }
    public func cleanup(_ container: ContainerContext) async throws {}
    public func recover(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan { plan }
}

/// Waits for cancellation and throws it.
public func untilCancelled() async throws -> Never {
    // Not a long sleep: a cancelled one keeps its memory until its time is over.
    while true { try await Once<Void>().value() }
}

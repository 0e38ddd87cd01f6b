public import FoundationEssentials

/// What is stored of a container: enough to find, follow or undo it after a restart.
public struct ContainerRecord: Hashable, Codable, Sendable {
    public let config: ContainerConfig
    /// Names its machine, chosen before there is one.
    public let machine: UUID
    /// Seconds since 1970.
    public let created: Int
    /// The name of the launcher that made it.
    public let launcher: String
    /// The host's boot that it was launched in: nothing runs across two.
    public let bootID: String
    public var life: ContainerLife
    /// Seconds since 1970, when the command began to run.
    public var commandStarted: Int?
    /// As last updated.
    public var resources: Resources

    public init(
        _ config: ContainerConfig, launcher: String = "vm", machine: UUID, created: Int, bootID: String,
        life: ContainerLife
    ) {
        self.launcher = launcher
        self.config = config
        self.machine = machine
        self.created = created
        self.bootID = bootID
        self.life = life
        resources = config.resources
    }

    public var id: ContainerID { config.id }
}

/// One container as isolators and launchers see it.
///
/// One reference in size: each of the many tasks that wait for something of a container holds one or more.
public struct ContainerContext: Sendable {
    private final class Parts: Sendable {
        let record: ContainerRecord
        let clock: StageClock
        let directory: String
        let sandbox: String?

        init(_ record: ContainerRecord, _ clock: StageClock, _ directory: String, _ sandbox: String?) {
            self.record = record
            self.clock = clock
            self.directory = directory
            self.sandbox = sandbox
        }
    }

    private let parts: Parts

    public init(record: ContainerRecord, clock: StageClock, directory: String, sandbox: String?) {
        parts = Parts(record, clock, directory, sandbox)
    }

    public var record: ContainerRecord { parts.record }
    /// Times the stages and holds them to their budgets.
    public var clock: StageClock { parts.clock }
    /// For disks, keys, console; made before the first `prepare`, removed after the last `cleanup`.
    public var directory: String { parts.directory }
    /// Stays when the container is gone; nil where its output goes to the caller.
    public var sandbox: String? { parts.sandbox }
    /// What a command on the host has for a guest's `/sandbox`.
    public var ownSandbox: String { sandbox ?? directory + "/sandbox" }

    public var id: ContainerID { parts.record.config.id }
    public var config: ContainerConfig { parts.record.config }
}

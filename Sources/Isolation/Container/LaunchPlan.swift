/// What a container's isolators and provisioner have decided, before anything runs. Each adds its part; the launcher
/// takes what it understands, and refuses a plan that lacks what it needs.
public struct LaunchPlan: Hashable, Sendable {
    public var acceleration: DomainPlan.Acceleration?
    public var boot: DomainPlan.Boot?
    /// The image sets itself up by cloud-init.
    public var setsItselfUp = false
    public var cpu: CPUAllocation?
    /// The guest's.
    public var memory: Memory?
    /// The cgroup's limit for the whole container.
    public var hardLimit: Memory?
    public var disks: [DomainPlan.Disk] = []
    public var interface: DomainPlan.Interface?
    public var rates = RateLimits()
    public var seedFile: String?
    public var consoleLog: String?
    public var environment: [TaskCommand.Variable] = []
    /// Whom to talk to, and how both sides prove who they are.
    public var access: GuestAccess?
    /// The guest's, once it has one.
    public var address: String?

    public init() {}

    /// What an earlier plan had and this one has not: nobody may take away what another has put there.
    func losses(since earlier: LaunchPlan) -> [String] {
        func lost<Value>(_ name: String, _ field: KeyPath<LaunchPlan, Value?>) -> [String] {
            earlier[keyPath: field] != nil && self[keyPath: field] == nil ? [name] : []
        }
        let disks = Set(earlier.disks.map(\.target)).subtracting(disks.map(\.target)).sorted().map { "disk \($0)" }
        let names = Set(earlier.environment.map(\.name)).subtracting(environment.map(\.name)).sorted()
        return lost("acceleration", \.acceleration) + lost("boot", \.boot) + lost("cpu", \.cpu)
            + lost("memory", \.memory)
            + lost("hardLimit", \.hardLimit) + lost("interface", \.interface) + lost("seedFile", \.seedFile)
            + lost("consoleLog", \.consoleLog) + lost("access", \.access) + lost("address", \.address) + disks
            + names.map { "variable \($0)" }
    }
}

/// What reaches one guest and proves that it is the one.
public struct GuestAccess: Hashable, Sendable {
    /// The key that the guest must hold, as in `known_hosts`: `ssh-ed25519 AAAA…`.
    public var hostKey: String
    /// The one key that it lets in, PEM.
    public var clientKey: Secret

    public init(hostKey: String, clientKey: Secret) {
        self.hostKey = hostKey
        self.clientKey = clientKey
    }
}

/// A text that no log or error shows.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    public let revealed: String

    public init(_ text: String) { revealed = text }

    public var description: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// Limits on what a domain's process takes of the host's memory. Source: `virDomainGetMemoryParameters`.
///
/// Fields that are nil are left as they are. ``Kibibytes/unlimited`` lifts a limit.
public struct MemoryParameters: Hashable, Sendable {
    /// Everything, in libvirt's own form; holds fields that have no name here, too.
    public var parameters: TypedParameters

    public init(_ parameters: TypedParameters = [:]) {
        self.parameters = parameters
    }

    public init(
        hardLimit: Kibibytes? = nil,
        softLimit: Kibibytes? = nil,
        minimumGuarantee: Kibibytes? = nil,
        swapHardLimit: Kibibytes? = nil
    ) {
        parameters = [:]
        self.hardLimit = hardLimit
        self.softLimit = softLimit
        self.minimumGuarantee = minimumGuarantee
        self.swapHardLimit = swapHardLimit
    }

    /// The most that the domain's process may use.
    public var hardLimit: Kibibytes? {
        get { parameters.kibibytes("hard_limit") }
        set { set("hard_limit", newValue) }
    }

    /// What is left to it when the host runs short of memory.
    public var softLimit: Kibibytes? {
        get { parameters.kibibytes("soft_limit") }
        set { set("soft_limit", newValue) }
    }

    public var minimumGuarantee: Kibibytes? {
        get { parameters.kibibytes("min_guarantee") }
        set { set("min_guarantee", newValue) }
    }

    /// The most that it may use of memory and swap together.
    public var swapHardLimit: Kibibytes? {
        get { parameters.kibibytes("swap_hard_limit") }
        set { set("swap_hard_limit", newValue) }
    }

    private mutating func set(_ field: String, _ value: Kibibytes?) {
        parameters[field] = value.map { .unsignedLong($0.rawValue) }
    }
}

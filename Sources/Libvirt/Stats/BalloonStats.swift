/// A domain's memory. Source: `balloon.*` of `virConnectGetAllDomainStats`.
///
/// All but `current`, `maximum` and `resident` come from the guest's balloon driver, which may say anything.
public struct BalloonStats: Hashable, Sendable {
    /// What the balloon leaves to the guest.
    public let current: Kibibytes?
    public let maximum: Kibibytes?
    /// What the host holds in memory for the domain's process.
    public let resident: Kibibytes?
    /// What the guest's system can use in all.
    public let available: Kibibytes?
    /// What the guest uses for nothing.
    public let unused: Kibibytes?
    /// What the guest could give up without swapping.
    public let usable: Kibibytes?
    public let swappedIn: Kibibytes?
    public let swappedOut: Kibibytes?
    public let majorFaults: UInt64?

    init(_ parameters: TypedParameters) {
        current = parameters.kibibytes("balloon.current")
        maximum = parameters.kibibytes("balloon.maximum")
        resident = parameters.kibibytes("balloon.rss")
        available = parameters.kibibytes("balloon.available")
        unused = parameters.kibibytes("balloon.unused")
        usable = parameters.kibibytes("balloon.usable")
        swappedIn = parameters.kibibytes("balloon.swap_in")
        swappedOut = parameters.kibibytes("balloon.swap_out")
        majorFaults = parameters["balloon.major_fault"]?.unsigned
    }
}

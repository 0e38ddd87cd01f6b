/// How statistics are gathered. Source: `virConnectGetAllDomainStatsFlags`.
public struct StatsOptions: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// A domain that is busy with another call is not waited for: its numbers are what can be had at once.
    public static let noWait = Self(rawValue: 1 << 29)
    /// With the images that disks are based on.
    public static let backing = Self(rawValue: 1 << 30)
    /// Kinds that the hypervisor does not have are an error.
    public static let enforce = Self(rawValue: 1 << 31)
}

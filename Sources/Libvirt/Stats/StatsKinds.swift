/// Groups of statistics. Source: `virDomainStatsTypes`.
public struct StatsKinds: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Whatever the hypervisor has.
    public static let all: Self = []
    public static let state = Self(rawValue: 1 << 0)
    public static let cpuTotal = Self(rawValue: 1 << 1)
    public static let balloon = Self(rawValue: 1 << 2)
    public static let vcpu = Self(rawValue: 1 << 3)
    public static let interface = Self(rawValue: 1 << 4)
    public static let block = Self(rawValue: 1 << 5)
    public static let perf = Self(rawValue: 1 << 6)
    public static let ioThread = Self(rawValue: 1 << 7)
    public static let memory = Self(rawValue: 1 << 8)
    public static let dirtyRate = Self(rawValue: 1 << 9)
    public static let vm = Self(rawValue: 1 << 10)
}

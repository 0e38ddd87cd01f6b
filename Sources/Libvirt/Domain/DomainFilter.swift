/// Which domains to list. Kinds of one group add up, groups narrow each other down: `[.active, .persistent]` are
/// the persistent ones of the active. Source: `virConnectListAllDomainsFlags`.
public struct DomainFilter: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let active = Self(rawValue: 1 << 0)
    public static let inactive = Self(rawValue: 1 << 1)

    public static let persistent = Self(rawValue: 1 << 2)
    public static let transient = Self(rawValue: 1 << 3)

    public static let running = Self(rawValue: 1 << 4)
    public static let paused = Self(rawValue: 1 << 5)
    public static let shutOff = Self(rawValue: 1 << 6)
    /// In any other state.
    public static let other = Self(rawValue: 1 << 7)
}

/// What a change applies to, or a question is about. Source: `virDomainModificationImpact`.
public struct ModificationImpact: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The running domain if it runs, else its definition.
    public static let current: Self = []
    /// The running domain.
    public static let live = Self(rawValue: 1 << 0)
    /// The definition, which the next start uses.
    public static let config = Self(rawValue: 1 << 1)
}

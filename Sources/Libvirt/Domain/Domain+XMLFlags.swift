extension Domain {
    /// Which description of a domain to give. Source: `virDomainXMLFlags`.
    public struct XMLFlags: OptionSet, Hashable, Sendable {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// With passwords; refused on a read-only connection.
        public static let secure = Self(rawValue: 1 << 0)
        /// The definition that the next start uses, even of an active domain.
        public static let inactive = Self(rawValue: 1 << 1)
        /// With the processor's model worked out for this host.
        public static let updateCPU = Self(rawValue: 1 << 2)
        public static let migratable = Self(rawValue: 1 << 3)
    }
}

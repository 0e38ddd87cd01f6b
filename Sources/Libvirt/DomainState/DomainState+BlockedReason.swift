extension DomainState {
    /// Why a domain is blocked. Source: `virDomainBlockedReason`.
    public struct BlockedReason: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// The reason is unknown.
        public static let unknown = Self(rawValue: 0)

        public static let names: [Self: String] = [
            .unknown: "VIR_DOMAIN_BLOCKED_UNKNOWN"
        ]
    }
}

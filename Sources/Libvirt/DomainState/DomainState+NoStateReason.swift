extension DomainState {
    /// Why a domain has no state. Source: `virDomainNostateReason`.
    public struct NoStateReason: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let unknown = Self(rawValue: 0)

        public static let names: [Self: String] = [
            .unknown: "VIR_DOMAIN_NOSTATE_UNKNOWN"
        ]
    }
}

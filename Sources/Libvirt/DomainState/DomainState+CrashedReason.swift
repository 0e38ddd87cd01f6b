extension DomainState {
    /// Why a domain crashed. Source: `virDomainCrashedReason`.
    public struct CrashedReason: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Crashed for unknown reason.
        public static let unknown = Self(rawValue: 0)
        /// Domain panicked.
        public static let panicked = Self(rawValue: 1)

        public static let names: [Self: String] = [
            .unknown: "VIR_DOMAIN_CRASHED_UNKNOWN",
            .panicked: "VIR_DOMAIN_CRASHED_PANICKED",
        ]
    }
}

extension DomainState {
    /// Why a domain is suspended by its own power management. Source: `virDomainPMSuspendedReason`.
    public struct PMSuspendedReason: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let unknown = Self(rawValue: 0)

        public static let names: [Self: String] = [
            .unknown: "VIR_DOMAIN_PMSUSPENDED_UNKNOWN"
        ]
    }
}

extension DomainState {
    /// Why a domain is being shut down. Source: `virDomainShutdownReason`.
    public struct ShutdownReason: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// The reason is unknown.
        public static let unknown = Self(rawValue: 0)
        /// Shutting down on user request.
        public static let user = Self(rawValue: 1)

        public static let names: [Self: String] = [
            .unknown: "VIR_DOMAIN_SHUTDOWN_UNKNOWN",
            .user: "VIR_DOMAIN_SHUTDOWN_USER",
        ]
    }
}

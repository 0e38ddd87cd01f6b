extension LifecycleChange {
    /// How a domain crashed. Source: `virDomainEventCrashedDetailType`.
    public struct CrashedDetail: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Guest was panicked.
        public static let panicked = Self(rawValue: 0)
        /// Guest was crashloaded.
        public static let crashLoaded = Self(rawValue: 1)

        public static let names: [Self: String] = [
            .panicked: "VIR_DOMAIN_EVENT_CRASHED_PANICKED",
            .crashLoaded: "VIR_DOMAIN_EVENT_CRASHED_CRASHLOADED",
        ]
    }
}

extension LifecycleChange {
    /// Why a domain begins to shut down. Source: `virDomainEventShutdownDetailType`.
    public struct ShutdownDetail: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Guest finished shutdown sequence.
        public static let finished = Self(rawValue: 0)
        /// Domain finished shutting down after request from the guest itself (e.g. hardware-specific action).
        public static let guest = Self(rawValue: 1)
        /// Domain finished shutting down after request from the host (e.g. killed by a signal).
        public static let host = Self(rawValue: 2)

        public static let names: [Self: String] = [
            .finished: "VIR_DOMAIN_EVENT_SHUTDOWN_FINISHED",
            .guest: "VIR_DOMAIN_EVENT_SHUTDOWN_GUEST",
            .host: "VIR_DOMAIN_EVENT_SHUTDOWN_HOST",
        ]
    }
}

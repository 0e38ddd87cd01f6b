extension DomainState {
    /// Why a domain is off. Source: `virDomainShutoffReason`.
    public struct ShutOffReason: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// The reason is unknown.
        public static let unknown = Self(rawValue: 0)
        /// Normal shutdown.
        public static let shutdown = Self(rawValue: 1)
        /// Forced poweroff.
        public static let destroyed = Self(rawValue: 2)
        /// Domain crashed.
        public static let crashed = Self(rawValue: 3)
        /// Migrated to another host.
        public static let migrated = Self(rawValue: 4)
        /// Saved to a file.
        public static let saved = Self(rawValue: 5)
        /// Domain failed to start.
        public static let failed = Self(rawValue: 6)
        /// Restored from a snapshot which was taken while domain was shutoff.
        public static let fromSnapshot = Self(rawValue: 7)
        /// Daemon decides to kill domain during reconnection processing.
        public static let daemon = Self(rawValue: 8)

        public static let names: [Self: String] = [
            .unknown: "VIR_DOMAIN_SHUTOFF_UNKNOWN",
            .shutdown: "VIR_DOMAIN_SHUTOFF_SHUTDOWN",
            .destroyed: "VIR_DOMAIN_SHUTOFF_DESTROYED",
            .crashed: "VIR_DOMAIN_SHUTOFF_CRASHED",
            .migrated: "VIR_DOMAIN_SHUTOFF_MIGRATED",
            .saved: "VIR_DOMAIN_SHUTOFF_SAVED",
            .failed: "VIR_DOMAIN_SHUTOFF_FAILED",
            .fromSnapshot: "VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT",
            .daemon: "VIR_DOMAIN_SHUTOFF_DAEMON",
        ]
    }
}

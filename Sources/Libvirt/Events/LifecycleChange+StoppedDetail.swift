extension LifecycleChange {
    /// Why a domain stopped. Source: `virDomainEventStoppedDetailType`.
    public struct StoppedDetail: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Normal shutdown.
        public static let shutdown = Self(rawValue: 0)
        /// Forced poweroff from host.
        public static let destroyed = Self(rawValue: 1)
        /// Guest crashed.
        public static let crashed = Self(rawValue: 2)
        /// Migrated off to another host.
        public static let migrated = Self(rawValue: 3)
        /// Saved to a state file.
        public static let saved = Self(rawValue: 4)
        /// Host emulator/mgmt failed.
        public static let failed = Self(rawValue: 5)
        /// Offline snapshot loaded.
        public static let fromSnapshot = Self(rawValue: 6)

        public static let names: [Self: String] = [
            .shutdown: "VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN",
            .destroyed: "VIR_DOMAIN_EVENT_STOPPED_DESTROYED",
            .crashed: "VIR_DOMAIN_EVENT_STOPPED_CRASHED",
            .migrated: "VIR_DOMAIN_EVENT_STOPPED_MIGRATED",
            .saved: "VIR_DOMAIN_EVENT_STOPPED_SAVED",
            .failed: "VIR_DOMAIN_EVENT_STOPPED_FAILED",
            .fromSnapshot: "VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT",
        ]
    }
}

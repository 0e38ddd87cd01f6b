extension LifecycleChange {
    /// Why a domain started. Source: `virDomainEventStartedDetailType`.
    public struct StartedDetail: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Normal startup from boot.
        public static let booted = Self(rawValue: 0)
        /// Incoming migration from another host.
        public static let migrated = Self(rawValue: 1)
        /// Restored from a state file.
        public static let restored = Self(rawValue: 2)
        /// Restored from snapshot.
        public static let fromSnapshot = Self(rawValue: 3)
        /// Started due to wakeup event.
        public static let wakeup = Self(rawValue: 4)

        public static let names: [Self: String] = [
            .booted: "VIR_DOMAIN_EVENT_STARTED_BOOTED",
            .migrated: "VIR_DOMAIN_EVENT_STARTED_MIGRATED",
            .restored: "VIR_DOMAIN_EVENT_STARTED_RESTORED",
            .fromSnapshot: "VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT",
            .wakeup: "VIR_DOMAIN_EVENT_STARTED_WAKEUP",
        ]
    }
}

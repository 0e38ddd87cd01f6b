extension LifecycleChange {
    /// Why a domain went on. Source: `virDomainEventResumedDetailType`.
    public struct ResumedDetail: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Normal resume due to admin unpause.
        public static let unpaused = Self(rawValue: 0)
        /// Resumed for completion of migration.
        public static let migrated = Self(rawValue: 1)
        /// Resumed from snapshot.
        public static let fromSnapshot = Self(rawValue: 2)
        /// Resumed, but migration is still running in post-copy mode.
        public static let postCopy = Self(rawValue: 3)
        /// Running, but migration failed in post-copy.
        public static let postCopyFailed = Self(rawValue: 4)

        public static let names: [Self: String] = [
            .unpaused: "VIR_DOMAIN_EVENT_RESUMED_UNPAUSED",
            .migrated: "VIR_DOMAIN_EVENT_RESUMED_MIGRATED",
            .fromSnapshot: "VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT",
            .postCopy: "VIR_DOMAIN_EVENT_RESUMED_POSTCOPY",
            .postCopyFailed: "VIR_DOMAIN_EVENT_RESUMED_POSTCOPY_FAILED",
        ]
    }
}

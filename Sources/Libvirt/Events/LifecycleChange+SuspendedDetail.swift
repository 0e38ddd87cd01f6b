extension LifecycleChange {
    /// Why a domain was paused. Source: `virDomainEventSuspendedDetailType`.
    public struct SuspendedDetail: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Normal suspend due to admin pause.
        public static let paused = Self(rawValue: 0)
        /// Suspended for offline migration.
        public static let migrated = Self(rawValue: 1)
        /// Suspended due to a disk I/O error.
        public static let ioError = Self(rawValue: 2)
        /// Suspended due to a watchdog firing.
        public static let watchdog = Self(rawValue: 3)
        /// Restored from paused state file.
        public static let restored = Self(rawValue: 4)
        /// Restored from paused snapshot.
        public static let fromSnapshot = Self(rawValue: 5)
        /// Suspended after failure during libvirt API call.
        public static let apiError = Self(rawValue: 6)
        /// Suspended for post-copy migration.
        public static let postCopy = Self(rawValue: 7)
        /// Suspended after failed post-copy.
        public static let postCopyFailed = Self(rawValue: 8)

        public static let names: [Self: String] = [
            .paused: "VIR_DOMAIN_EVENT_SUSPENDED_PAUSED",
            .migrated: "VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED",
            .ioError: "VIR_DOMAIN_EVENT_SUSPENDED_IOERROR",
            .watchdog: "VIR_DOMAIN_EVENT_SUSPENDED_WATCHDOG",
            .restored: "VIR_DOMAIN_EVENT_SUSPENDED_RESTORED",
            .fromSnapshot: "VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT",
            .apiError: "VIR_DOMAIN_EVENT_SUSPENDED_API_ERROR",
            .postCopy: "VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY",
            .postCopyFailed: "VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY_FAILED",
        ]
    }
}

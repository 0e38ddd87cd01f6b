extension DomainState {
    /// Why a domain runs. Source: `virDomainRunningReason`.
    public struct RunningReason: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let unknown = Self(rawValue: 0)
        /// Normal startup from boot.
        public static let booted = Self(rawValue: 1)
        /// Migrated from another host.
        public static let migrated = Self(rawValue: 2)
        /// Restored from a state file.
        public static let restored = Self(rawValue: 3)
        /// Restored from snapshot.
        public static let fromSnapshot = Self(rawValue: 4)
        /// Returned from paused state.
        public static let unpaused = Self(rawValue: 5)
        /// Returned from migration.
        public static let migrationCanceled = Self(rawValue: 6)
        /// Returned from failed save process.
        public static let saveCanceled = Self(rawValue: 7)
        /// Returned from pmsuspended due to wakeup event.
        public static let wakeup = Self(rawValue: 8)
        /// Resumed from crashed.
        public static let crashed = Self(rawValue: 9)
        /// Running in post-copy migration mode.
        public static let postCopy = Self(rawValue: 10)
        /// Running in failed post-copy migration.
        public static let postCopyFailed = Self(rawValue: 11)

        public static let names: [Self: String] = [
            .unknown: "VIR_DOMAIN_RUNNING_UNKNOWN",
            .booted: "VIR_DOMAIN_RUNNING_BOOTED",
            .migrated: "VIR_DOMAIN_RUNNING_MIGRATED",
            .restored: "VIR_DOMAIN_RUNNING_RESTORED",
            .fromSnapshot: "VIR_DOMAIN_RUNNING_FROM_SNAPSHOT",
            .unpaused: "VIR_DOMAIN_RUNNING_UNPAUSED",
            .migrationCanceled: "VIR_DOMAIN_RUNNING_MIGRATION_CANCELED",
            .saveCanceled: "VIR_DOMAIN_RUNNING_SAVE_CANCELED",
            .wakeup: "VIR_DOMAIN_RUNNING_WAKEUP",
            .crashed: "VIR_DOMAIN_RUNNING_CRASHED",
            .postCopy: "VIR_DOMAIN_RUNNING_POSTCOPY",
            .postCopyFailed: "VIR_DOMAIN_RUNNING_POSTCOPY_FAILED",
        ]
    }
}

extension DomainState {
    /// Why a domain is paused. Source: `virDomainPausedReason`.
    public struct PausedReason: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// The reason is unknown.
        public static let unknown = Self(rawValue: 0)
        /// Paused on user request.
        public static let user = Self(rawValue: 1)
        /// Paused for offline migration.
        public static let migration = Self(rawValue: 2)
        /// Paused for save.
        public static let save = Self(rawValue: 3)
        /// Paused for offline core dump.
        public static let dump = Self(rawValue: 4)
        /// Paused due to a disk I/O error.
        public static let ioError = Self(rawValue: 5)
        /// Paused due to a watchdog event.
        public static let watchdog = Self(rawValue: 6)
        /// Paused after restoring from snapshot.
        public static let fromSnapshot = Self(rawValue: 7)
        /// Paused during shutdown process.
        public static let shuttingDown = Self(rawValue: 8)
        /// Paused while creating a snapshot.
        public static let snapshot = Self(rawValue: 9)
        /// Paused due to a guest crash.
        public static let crashed = Self(rawValue: 10)
        /// The domain is being started.
        public static let startingUp = Self(rawValue: 11)
        /// Paused for post-copy migration.
        public static let postCopy = Self(rawValue: 12)
        /// Paused after failed post-copy.
        public static let postCopyFailed = Self(rawValue: 13)

        public static let names: [Self: String] = [
            .unknown: "VIR_DOMAIN_PAUSED_UNKNOWN",
            .user: "VIR_DOMAIN_PAUSED_USER",
            .migration: "VIR_DOMAIN_PAUSED_MIGRATION",
            .save: "VIR_DOMAIN_PAUSED_SAVE",
            .dump: "VIR_DOMAIN_PAUSED_DUMP",
            .ioError: "VIR_DOMAIN_PAUSED_IOERROR",
            .watchdog: "VIR_DOMAIN_PAUSED_WATCHDOG",
            .fromSnapshot: "VIR_DOMAIN_PAUSED_FROM_SNAPSHOT",
            .shuttingDown: "VIR_DOMAIN_PAUSED_SHUTTING_DOWN",
            .snapshot: "VIR_DOMAIN_PAUSED_SNAPSHOT",
            .crashed: "VIR_DOMAIN_PAUSED_CRASHED",
            .startingUp: "VIR_DOMAIN_PAUSED_STARTING_UP",
            .postCopy: "VIR_DOMAIN_PAUSED_POSTCOPY",
            .postCopyFailed: "VIR_DOMAIN_PAUSED_POSTCOPY_FAILED",
        ]
    }
}

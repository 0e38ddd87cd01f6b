extension LifecycleChange {
    /// Why a domain was undefined. Source: `virDomainEventUndefinedDetailType`.
    public struct UndefinedDetail: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Deleted the config file.
        public static let removed = Self(rawValue: 0)
        /// Domain was renamed.
        public static let renamed = Self(rawValue: 1)

        public static let names: [Self: String] = [
            .removed: "VIR_DOMAIN_EVENT_UNDEFINED_REMOVED",
            .renamed: "VIR_DOMAIN_EVENT_UNDEFINED_RENAMED",
        ]
    }
}

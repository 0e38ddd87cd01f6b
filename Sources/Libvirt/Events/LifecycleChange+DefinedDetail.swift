extension LifecycleChange {
    /// Why a domain was defined. Source: `virDomainEventDefinedDetailType`.
    public struct DefinedDetail: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Newly created config file.
        public static let added = Self(rawValue: 0)
        /// Changed config file.
        public static let updated = Self(rawValue: 1)
        /// Domain was renamed.
        public static let renamed = Self(rawValue: 2)
        /// Config was restored from a snapshot.
        public static let fromSnapshot = Self(rawValue: 3)

        public static let names: [Self: String] = [
            .added: "VIR_DOMAIN_EVENT_DEFINED_ADDED",
            .updated: "VIR_DOMAIN_EVENT_DEFINED_UPDATED",
            .renamed: "VIR_DOMAIN_EVENT_DEFINED_RENAMED",
            .fromSnapshot: "VIR_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT",
        ]
    }
}

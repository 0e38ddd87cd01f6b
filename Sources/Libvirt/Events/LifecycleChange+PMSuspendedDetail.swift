extension LifecycleChange {
    /// Where the guest suspended itself to. Source: `virDomainEventPMSuspendedDetailType`.
    public struct PMSuspendedDetail: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Guest was PM suspended to memory.
        public static let memory = Self(rawValue: 0)
        /// Guest was PM suspended to disk.
        public static let disk = Self(rawValue: 1)

        public static let names: [Self: String] = [
            .memory: "VIR_DOMAIN_EVENT_PMSUSPENDED_MEMORY",
            .disk: "VIR_DOMAIN_EVENT_PMSUSPENDED_DISK",
        ]
    }
}

extension MemoryFailure {
    /// What was done about the failed memory. Source: `virDomainMemoryFailureActionType`.
    public struct Action: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// The memory failure could be ignored. This will only be the case for action-optional failures.
        public static let ignore = Self(rawValue: 0)
        /// Memory failure occurred in guest memory, the guest enabled MCE handling mechanism, and hypervisor could
        /// inject the MCE into the guest successfully.
        public static let inject = Self(rawValue: 1)
        /// The failure is unrecoverable. This occurs for action-required failures if the recipient is the
        /// hypervisor; hypervisor will exit.
        public static let fatal = Self(rawValue: 2)
        /// The failure is unrecoverable but confined to the guest. This occurs if the recipient is a guest which is
        /// not ready to handle memory failures.
        public static let reset = Self(rawValue: 3)

        public static let names: [Self: String] = [
            .ignore: "VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_IGNORE",
            .inject: "VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_INJECT",
            .fatal: "VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_FATAL",
            .reset: "VIR_DOMAIN_EVENT_MEMORY_FAILURE_ACTION_RESET",
        ]
    }
}

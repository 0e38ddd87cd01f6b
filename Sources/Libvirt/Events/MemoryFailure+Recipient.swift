extension MemoryFailure {
    /// Whose memory failed. Source: `virDomainMemoryFailureRecipientType`.
    public struct Recipient: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Memory failure at hypersivor memory address space.
        public static let hypervisor = Self(rawValue: 0)
        /// Memory failure at guest memory address space.
        public static let guest = Self(rawValue: 1)

        public static let names: [Self: String] = [
            .hypervisor: "VIR_DOMAIN_EVENT_MEMORY_FAILURE_RECIPIENT_HYPERVISOR",
            .guest: "VIR_DOMAIN_EVENT_MEMORY_FAILURE_RECIPIENT_GUEST",
        ]
    }
}

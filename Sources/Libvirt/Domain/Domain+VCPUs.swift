internal import CLibvirt

extension Domain {
    /// Source: `virDomainSetVcpusFlags`.
    public func setVCPUs(_ count: Int, _ flags: VCPUFlags = []) async throws {
        let count = UInt32(clamping: count)
        try await change("virDomainSetVcpusFlags") { unsafe virDomainSetVcpusFlags(pointer, count, flags.rawValue) }
    }

    /// Source: `virDomainGetVcpusFlags`.
    public func vcpus(_ flags: VCPUFlags = []) async throws -> Int {
        let count = try await readStatus("virDomainGetVcpusFlags") {
            unsafe virDomainGetVcpusFlags(pointer, flags.rawValue)
        }
        return Int(count)
    }

    /// Which number of virtual processors is meant. Source: `virDomainVcpuFlags`.
    public struct VCPUFlags: OptionSet, Hashable, Sendable {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// The running domain.
        public static let live = Self(rawValue: 1 << 0)
        /// The definition, which the next start uses.
        public static let config = Self(rawValue: 1 << 1)
        /// The most that can be plugged in.
        public static let maximum = Self(rawValue: 1 << 2)
        /// Those that the guest has switched on, asked of its agent.
        public static let guest = Self(rawValue: 1 << 3)
        /// New ones can be unplugged again.
        public static let hotpluggable = Self(rawValue: 1 << 4)
    }
}

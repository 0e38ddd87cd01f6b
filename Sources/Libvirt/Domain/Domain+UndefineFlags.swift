extension Domain {
    /// What goes, or stays, with a definition. Source: `virDomainUndefineFlagsValues`.
    public struct UndefineFlags: OptionSet, Hashable, Sendable {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        public static let managedSave = Self(rawValue: 1 << 0)
        /// What libvirt knows of snapshots, not their disks.
        public static let snapshotsMetadata = Self(rawValue: 1 << 1)
        /// Removes the firmware's memory.
        public static let nvram = Self(rawValue: 1 << 2)
        public static let keepNVRAM = Self(rawValue: 1 << 3)
        public static let checkpointsMetadata = Self(rawValue: 1 << 4)
        /// Removes the emulated security chip's state. Since libvirt 8.9.
        public static let tpm = Self(rawValue: 1 << 5)
        public static let keepTPM = Self(rawValue: 1 << 6)
    }
}

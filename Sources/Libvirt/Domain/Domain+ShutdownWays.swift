extension Domain {
    /// How to ask a guest to shut down or reboot. Source: `virDomainShutdownFlagValues`.
    public struct ShutdownWays: OptionSet, Hashable, Sendable {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        public static let acpiPowerButton = Self(rawValue: 1 << 0)
        public static let guestAgent = Self(rawValue: 1 << 1)
        public static let initctl = Self(rawValue: 1 << 2)
        public static let signal = Self(rawValue: 1 << 3)
        public static let paravirt = Self(rawValue: 1 << 4)
    }
}

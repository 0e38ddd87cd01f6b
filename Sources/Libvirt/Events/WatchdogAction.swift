/// What is done because a guest's watchdog fired. Source: `virDomainEventWatchdogAction`.
public struct WatchdogAction: LibvirtConstant {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// No action, watchdog ignored.
    public static let none = Self(rawValue: 0)
    /// Guest CPUs are paused.
    public static let pause = Self(rawValue: 1)
    /// Guest CPUs are reset.
    public static let reset = Self(rawValue: 2)
    /// Guest is forcibly powered off.
    public static let powerOff = Self(rawValue: 3)
    /// Guest is requested to gracefully shutdown.
    public static let shutdown = Self(rawValue: 4)
    /// No action, a debug message logged.
    public static let debug = Self(rawValue: 5)
    /// Inject a non-maskable interrupt into guest.
    public static let injectNMI = Self(rawValue: 6)

    public static let names: [Self: String] = [
        .none: "VIR_DOMAIN_EVENT_WATCHDOG_NONE",
        .pause: "VIR_DOMAIN_EVENT_WATCHDOG_PAUSE",
        .reset: "VIR_DOMAIN_EVENT_WATCHDOG_RESET",
        .powerOff: "VIR_DOMAIN_EVENT_WATCHDOG_POWEROFF",
        .shutdown: "VIR_DOMAIN_EVENT_WATCHDOG_SHUTDOWN",
        .debug: "VIR_DOMAIN_EVENT_WATCHDOG_DEBUG",
        .injectNMI: "VIR_DOMAIN_EVENT_WATCHDOG_INJECTNMI",
    ]
}

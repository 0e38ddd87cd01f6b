/// What is done because of an input/output error. Source: `virDomainEventIOErrorAction`.
public struct IOErrorAction: LibvirtConstant {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// No action, IO error ignored.
    public static let none = Self(rawValue: 0)
    /// Guest CPUs are paused.
    public static let pause = Self(rawValue: 1)
    /// IO error reported to guest OS.
    public static let report = Self(rawValue: 2)

    public static let names: [Self: String] = [
        .none: "VIR_DOMAIN_EVENT_IO_ERROR_NONE",
        .pause: "VIR_DOMAIN_EVENT_IO_ERROR_PAUSE",
        .report: "VIR_DOMAIN_EVENT_IO_ERROR_REPORT",
    ]
}

/// Why the guest's agent came or went. Source: `virConnectDomainEventAgentLifecycleReason`.
public struct GuestAgentReason: LibvirtConstant {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Unknown state change reason.
    public static let unknown = Self(rawValue: 0)
    /// State changed due to domain start.
    public static let domainStarted = Self(rawValue: 1)
    /// Channel state changed.
    public static let channel = Self(rawValue: 2)

    public static let names: [Self: String] = [
        .unknown: "VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_UNKNOWN",
        .domainStarted: "VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_DOMAIN_STARTED",
        .channel: "VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_REASON_CHANNEL",
    ]
}

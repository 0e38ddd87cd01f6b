/// Whether the guest's agent is connected. Source: `virConnectDomainEventAgentLifecycleState`.
public struct GuestAgentState: LibvirtConstant {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Agent connected.
    public static let connected = Self(rawValue: 1)
    /// Agent disconnected.
    public static let disconnected = Self(rawValue: 2)

    public static let names: [Self: String] = [
        .connected: "VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_CONNECTED",
        .disconnected: "VIR_CONNECT_DOMAIN_EVENT_AGENT_LIFECYCLE_STATE_DISCONNECTED",
    ]
}

/// Why a connection ended by itself. Source: `virConnectCloseReason`.
public struct CloseReason: LibvirtConstant {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// Misc I/O error.
    public static let error = Self(rawValue: 0)
    /// End-of-file from server.
    public static let endOfFile = Self(rawValue: 1)
    /// Keepalive timer triggered.
    public static let keepAlive = Self(rawValue: 2)
    /// Client requested it.
    public static let client = Self(rawValue: 3)

    public static let names: [Self: String] = [
        .error: "VIR_CONNECT_CLOSE_REASON_ERROR",
        .endOfFile: "VIR_CONNECT_CLOSE_REASON_EOF",
        .keepAlive: "VIR_CONNECT_CLOSE_REASON_KEEPALIVE",
        .client: "VIR_CONNECT_CLOSE_REASON_CLIENT",
    ]
}

/// Budgets, limits and methods of one session.
public struct SSHOptions: Hashable, Sendable {
    public var timeouts = SSHTimeouts()
    public var methods = SSHMethods()
    /// Bytes that a channel's server may send before we have taken them; the bound of what an unread channel holds.
    public var window = 2 << 20
    /// Bytes that libssh2 may hold for the session; a server that makes it hold more loses the session.
    public var memoryLimit = 16 << 20
    /// How often a silent server is asked for a sign of life; nil asks never.
    public var keepAlive: Duration? = .seconds(15)
    /// Silence after which the session fails, as a multiple of ``keepAlive``.
    public var keepAliveLimit = 3

    public init() {}
}

/// The budget of each step of a session; every step that runs out of it fails with its own name.
public struct SSHTimeouts: Hashable, Sendable {
    /// One try to reach the port. Short, as a lost ARP request costs a second: rather try again.
    public var connect = Duration.seconds(2)
    /// From the open connection to the server's identification line.
    public var banner = Duration.seconds(10)
    /// Key exchange, from the banner on.
    public var handshake = Duration.seconds(20)
    public var authentication = Duration.seconds(20)
    /// To open a channel and, separately, to answer a request on it (terminal, command).
    public var channel = Duration.seconds(20)

    public init() {}
}

/// What one client may ask of the server; docs/api.md names them.
public struct HTTPLimits: Sendable {
    /// Of a request's head, its fields' names and values together, in bytes; more is answered with 431.
    public var headSize = 32 << 10
    public var headFields = 100
    /// Open at a time; a further one is closed without an answer.
    public var connections = 8192
    /// The same for each IP address, and for all users of a Unix socket together.
    public var connectionsPerPeer = 1024
    /// From the first byte of a request's head to its last.
    public var headTime = Duration.seconds(20)
    /// How long a connection may be open without a request; longer where its peer has a stream open, as Mesos' executor
    /// library keeps a second connection for its calls, and without end where it brought a libprocess message.
    public var idleTime = Duration.seconds(120)
    /// How long a client may pause within a body that is waited for.
    public var bodyPause = Duration.seconds(60)
    /// How long a client may take nothing of what is sent to it.
    public var readPause = Duration.seconds(60)
    /// Bytes of a body that nobody wanted are taken for so long after the answer: a connection closed at once could lose it.
    public var lingerTime = Duration.seconds(2)

    public init() {}

    /// How often a connection is looked at.
    var pace: Duration { min(min(headTime, idleTime, bodyPause, readPause) / 4, .seconds(5)) }
}

/// The size of bodies, in bytes.
public enum BodyLimit {
    /// Of calls of the operator API.
    public static let call = 4 << 20
    /// Of calls of executors: a message or an update may carry data.
    public static let executor = 64 << 20
    /// Of libprocess messages.
    static let message = 64 << 20
}

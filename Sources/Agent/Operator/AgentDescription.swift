public import Mesos

/// What an agent says of itself; the same for as long as it runs.
public struct AgentDescription: Sendable {
    public var info: Mesos_V1_AgentInfo
    public var workDirectory: String
    public var version: String
    /// Seconds since 1970.
    public var startTime: Double
    /// `slave(1)@HOST:PORT`.
    public internal(set) var pid = "slave(1)"
    /// Every flag with its value, in the order of their table; what is secret is left out.
    public var flags: [(name: String, value: String)]

    public init(
        info: Mesos_V1_AgentInfo, workDirectory: String, version: String, startTime: Double,
        flags: [(name: String, value: String)]
    ) {
        self.info = info
        self.workDirectory = workDirectory
        self.version = version
        self.startTime = startTime
        self.flags = flags
    }
}

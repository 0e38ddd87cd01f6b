public import Isolation
public import Mesos

/// How the agent treats its executors. Mesos' flags of the same names, and their defaults but where said.
public struct ExecutorOptions: Sendable {
    /// From the launch to SUBSCRIBE: image, boot and copying count.
    public var registrationTimeout = Duration.seconds(60)
    /// How long executors have after a restart of ours. Mesos has 2 s, which is as long as theirs may wait before they
    /// try again.
    public var reregistrationTimeout = Duration.seconds(10)
    /// How long an executor goes on without us.
    public var recoveryTimeout = Duration.seconds(15 * 60)
    /// How long an executor waits at most before it tries to subscribe again. Mesos has 2 s, which the last of many takes.
    public var subscriptionBackoff = Duration.seconds(1)
    /// Between SHUTDOWN and the end of the container, where the executor names no other.
    public var shutdownGrace = Duration.seconds(5)
    /// What a command task may take beyond its kill policy before its executor is ended as well.
    public var killPatience = Duration.seconds(10)
    /// False: an executor that brings no token is known by its container's address.
    public var needsToken = true
    public var heartbeat = Duration.seconds(30 * 60)
    /// How many events may wait for an executor that does not read.
    public var eventsWaiting = 1024
    /// How many executors are remembered that have ended, with their tasks.
    public var endedExecutors = 500
    /// What every executor gets in its environment; its own wins.
    public var environment: [TaskCommand.Variable] = []
    /// Of executors and command tasks that bring none.
    public var defaultContainer: Mesos_V1_ContainerInfo?
    /// Tasks come from a master, and from nobody else.
    public var hasMaster = false
    /// Hears how launches went, and may refuse new ones.
    public var health = LaunchHealth()
    /// Whether a record of the store that cannot be read ends the start.
    public var isStrict = true
    /// What executors and tools hear of this agent; its id comes from the store.
    public var agent: Mesos_V1_AgentInfo

    public init(agent: Mesos_V1_AgentInfo) { self.agent = agent }
}

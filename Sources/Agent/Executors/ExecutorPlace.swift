public import Isolation
public import Mesos

/// What the host makes of an executor: the one thing that differs between launchers.
public protocol ExecutorPlace: Sendable {
    /// Where a process in the container reaches the executor endpoint: `10.0.0.1:5051`.
    var endpoint: String { get }
    /// Without which no container begins.
    var leastMemory: Memory { get }
    /// `bulkhead-executor`, for tasks that bring no executor of their own.
    var program: ExecutorProgram { get }
    /// The container's `/sandbox`, as its processes see it.
    func sandbox(of container: Isolation.ContainerID) -> String
    /// What is brought out of the container when its command has ended.
    func results(of container: Isolation.ContainerID) -> [Transfer]
    /// The image that a container is to boot.
    ///
    /// - Throws: ``BulkheadError`` for what this host cannot give.
    func image(for container: Mesos_V1_ContainerInfo?) throws(BulkheadError) -> String
    /// What a container may reach.
    ///
    /// - Parameter wish: as it was asked for; nil gives what the operator has set.
    /// - Throws: ``BulkheadError`` with `badOption`, or `egressRefused` where it is more than the operator allows.
    func egress(_ wish: String?) throws(BulkheadError) -> EgressPolicy
}

extension ExecutorPlace {
    public var leastMemory: Memory { Memory(bytes: 0) }

    public func results(of container: Isolation.ContainerID) -> [Transfer] { [] }

    /// Of containers that are no machines: nothing holds them.
    public func egress(_ wish: String?) throws(BulkheadError) -> EgressPolicy {
        guard let wish else { return .nothing }
        throw BulkheadError(
            .badOption, "egress “\(wish)”", "this agent starts no virtual machines", remedy: "leave it out")
    }
}

/// How `bulkhead-executor` gets into a container and is called there.
public struct ExecutorProgram: Hashable, Sendable {
    public var arguments: [String]
    /// Brought in before; empty where the container sees the host's own.
    public var files: [Transfer]

    public init(arguments: [String], files: [Transfer] = []) {
        self.arguments = arguments
        self.files = files
    }
}

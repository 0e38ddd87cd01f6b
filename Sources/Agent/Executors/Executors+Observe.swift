public import Isolation
public import Mesos
import SwiftProtobuf

extension Executors {
    /// All updates of a task, from the first that is kept to the terminal one; nil for a task that is not known.
    func updates(of id: TaskKey) -> AsyncStream<Mesos_V1_TaskStatus>? {
        guard let task = tasks[id] else { return nil }
        let (stream, continuation) = AsyncStream.makeStream(
            of: Mesos_V1_TaskStatus.self, bufferingPolicy: .bufferingNewest(2 * AgentStore.updatesOfATask))
        for status in task.statuses { continuation.yield(status) }
        if task.state.isTerminal || phase == .stopped {
            continuation.finish()
            return stream
        }
        let number = number()
        observers[id, default: [:]][number] = continuation
        continuation.onTermination = { _ in Task { await self.forget(observer: number, of: id) } }
        return stream
    }

    private func forget(observer number: Int, of id: TaskKey) {
        observers[id]?[number] = nil
        if observers[id]?.isEmpty == true { observers[id] = nil }
    }

    func tell(_ status: Mesos_V1_TaskStatus, of id: TaskKey) {
        for continuation in (observers[id] ?? [:]).values {
            continuation.yield(status)
            if status.state.isTerminal { continuation.finish() }
        }
    }

    /// Of several tasks of one id the agent's own, else the one that came last.
    func find(_ id: String) -> TaskKey {
        let own = TaskKey(framework: local.id.value, id: id)
        guard tasks[own] == nil else { return own }
        let others = tasks.values.filter { $0.id == id }
        return others.max { executors[$0.container]?.number ?? 0 < executors[$1.container]?.number ?? 0 }.map(key) ?? own
    }

    /// A task as Mesos shows it.
    func summary(_ id: TaskKey) -> Mesos_V1_Task? {
        guard let task = tasks[id], let executor = executors[task.container] else { return nil }
        return .with {
            $0.name = task.info.name
            $0.taskID = task.info.taskID
            $0.frameworkID.value = task.framework
            if !executor.stored.isCommandExecutor { $0.executorID = executor.stored.info.executorID }
            $0.agentID = task.info.agentID
            $0.state = task.state
            $0.resources = task.info.resources
            $0.statuses = task.statuses
            if let last = task.statuses.last {
                $0.statusUpdateState = last.state
                $0.statusUpdateUuid = last.uuid
            }
            if task.info.hasLabels { $0.labels = task.info.labels }
            if task.info.hasDiscovery { $0.discovery = task.info.discovery }
            if task.info.hasContainer { $0.container = task.info.container }
            if task.info.hasHealthCheck { $0.healthCheck = task.info.healthCheck }
            if task.info.hasKillPolicy { $0.killPolicy = task.info.killPolicy }
            if task.info.command.hasUser { $0.user = task.info.command.user }
            $0.limits = task.info.limits
        }
    }

    /// Everything that is known, for the operator interface.
    public func snapshot() -> AgentSnapshot {
        var snapshot = AgentSnapshot()
        snapshot.frameworks = frameworks.values.sorted { $0.id.value < $1.id.value }
        snapshot.executors = executors.values.sorted { $0.number < $1.number }.map(shown)
        return snapshot
    }

    /// The executor of a container with its tasks; nil for a container that is no executor's.
    func occupants(of container: ContainerID) -> AgentSnapshot.Executor? { executors[container].map(shown) }

    private func shown(_ executor: Executor) -> AgentSnapshot.Executor {
        let all = executor.tasks.map { TaskKey(framework: executor.stored.framework, id: $0) }
        return AgentSnapshot.Executor(
            info: executor.stored.info, container: executor.container, state: executor.state,
            isConnected: executor.stream != nil, isCommandExecutor: executor.stored.isCommandExecutor,
            queued: all.filter { tasks[$0]?.isDelivered == false && tasks[$0]?.state.isTerminal == false }
                .compactMap(summary),
            launched: all.filter { tasks[$0]?.isDelivered == true && tasks[$0]?.state.isTerminal == false }
                .compactMap(summary),
            ended: all.filter { tasks[$0]?.state.isTerminal == true }.compactMap(summary))
    }

    /// Of what has not ended.
    struct Counts: Sendable {
        var frameworks: Int
        var executors: Int
        var tasks: [Mesos_V1_TaskState: Int]
        /// A master knows the agent.
        var isRegistered: Bool
        /// How many status updates it has not acknowledged.
        var updatesWaiting: Int
    }

    func counts() -> Counts {
        let alive = executors.values.filter { $0.state != .terminated }
        let states = alive.flatMap(tasks(of:)).map(\.state).filter { !$0.isTerminal }
        return Counts(
            frameworks: Set(alive.map(\.stored.framework)).count, executors: alive.count,
            tasks: Dictionary(grouping: states) { $0 }.mapValues(\.count), isRegistered: !streams.isPaused,
            updatesWaiting: streams.count)
    }
}

/// Frameworks, executors and tasks at one moment; the oldest first.
public struct AgentSnapshot: Sendable {
    public struct Executor: Sendable {
        public var info: Mesos_V1_ExecutorInfo
        public var container: ContainerID
        public var state: ExecutorLife.State
        /// Its container has ended.
        public var isCompleted: Bool { state == .terminated }
        /// Its stream is open, as far as we know.
        public var isConnected: Bool
        public var isCommandExecutor: Bool
        /// Waiting for it.
        public var queued: [Mesos_V1_Task] = []
        public var launched: [Mesos_V1_Task] = []
        public var ended: [Mesos_V1_Task] = []
    }

    public var frameworks: [Mesos_V1_FrameworkInfo] = []
    public var executors: [Executor] = []
}

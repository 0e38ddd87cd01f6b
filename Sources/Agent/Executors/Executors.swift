import FoundationEssentials
public import Isolation
public import Logging
public import Mesos
import SwiftProtobuf

/// The agent's frameworks, executors and tasks: who has subscribed, what is sent to whom, what was said of which task.
/// One for each agent.
///
/// Whatever it tells an executor or a caller is stored before. Where no `await` lies between two steps nobody comes
/// between them: an update is looked up, stored and acknowledged in one go, so those of a task keep their order.
public actor Executors {
    public enum Phase: Sendable {
        /// Nothing is known yet.
        case recovering
        /// Executors of a former process are waited for; they may subscribe.
        case reregistering
        case running
        case stopped
    }

    struct TaskKey: Hashable, Sendable {
        var framework: String
        var id: String
    }

    struct ExecutorKey: Hashable {
        var framework: String
        var id: String
    }

    nonisolated let containerizer: Containerizer
    let store: AgentStore
    nonisolated let place: any ExecutorPlace
    /// Signs tokens; nil where executors are believed.
    nonisolated let secret: ExecutorSecret?
    public nonisolated let options: ExecutorOptions
    let log: Logger
    /// Told of the stages of launches.
    let observe: @Sendable (Timeline.Entry) -> Void
    public internal(set) var phase = Phase.recovering
    var frameworks: [String: Mesos_V1_FrameworkInfo] = [:]
    var executors: [ContainerID: Executor] = [:]
    /// The last run of each.
    var current: [ExecutorKey: ContainerID] = [:]
    var tasks: [TaskKey: StoredTask] = [:]
    var observers: [TaskKey: [Int: AsyncStream<Mesos_V1_TaskStatus>.Continuation]] = [:]
    var numbers = 0
    /// Ends the wait for executors of a former process.
    var returnTimer: Task<Void, Never>?

    /// - Parameter secret: nil switches authentication off.
    public init(
        containerizer: Containerizer, store: AgentStore, place: any ExecutorPlace, secret: ExecutorSecret?,
        options: ExecutorOptions, log: Logger = Logger(label: "bulkhead.executors"),
        observe: @escaping @Sendable (Timeline.Entry) -> Void = { _ in }
    ) {
        self.containerizer = containerizer
        self.store = store
        self.place = place
        self.secret = secret
        self.log = log
        self.observe = observe
        var options = options
        options.agent.id = .with { $0.value = store.agentID }
        self.options = options
    }

    /// A number that was not used before.
    func number() -> Int {
        numbers += 1
        return numbers
    }

    func executor(_ framework: String, _ id: String) -> Executor? {
        current[ExecutorKey(framework: framework, id: id)].flatMap { executors[$0] }
    }

    func key(_ task: StoredTask) -> TaskKey { TaskKey(framework: task.framework, id: task.id) }

    func tasks(of executor: Executor) -> [StoredTask] {
        executor.tasks.compactMap { tasks[TaskKey(framework: executor.stored.framework, id: $0)] }
    }

    /// Tasks that were not sent yet.
    func queued(_ executor: Executor) -> [StoredTask] {
        tasks(of: executor).filter { !$0.isDelivered && !$0.state.isTerminal }
    }

    func enter(_ stored: StoredExecutor, _ resources: Resources) -> Executor {
        let executor = Executor(stored, number: number(), resources: resources)
        executors[stored.container] = executor
        current[ExecutorKey(framework: stored.framework, id: stored.info.executorID.value)] = stored.container
        return executor
    }

    /// Leaves executors and their containers as they are: a later process finds them again.
    public func stop() {
        phase = .stopped
        returnTimer?.cancel()
        for executor in executors.values {
            executor.letGo()
            executor.watch?.cancel()
        }
        for continuation in observers.values.flatMap(\.values) { continuation.finish() }
        observers = [:]
    }

    func fields(_ executor: Executor) -> Logger.Metadata {
        [
            "executor.id": "\(executor.stored.info.executorID.value)", "container.id": "\(executor.container)",
            "framework.id": "\(executor.stored.framework)",
        ]
    }
}

extension Mesos_V1_TaskState {
    /// Nothing follows: Mesos' `isTerminalState`.
    public var isTerminal: Bool {
        switch self {
        case .taskFinished, .taskFailed, .taskKilled, .taskError, .taskLost, .taskDropped, .taskGone,
            .taskGoneByOperator:
            true
        case .taskStaging, .taskStarting, .taskRunning, .taskKilling, .taskUnreachable, .taskUnknown: false
        }
    }
}

import FoundationEssentials
public import Isolation
public import Logging
public import Mesos
public import NIOCore
import NIOPosix
import SwiftProtobuf

/// The agent's frameworks, executors and tasks: who has subscribed, what is sent to whom, what was said of which task.
/// One for each agent.
///
/// Whatever it tells an executor or a caller is stored before. Where no `await` lies between two steps nobody comes
/// between them: updates that have come are looked up, stored and acknowledged in one go, so those of a task keep their
/// order.
///
/// All of it happens on one event loop, never on Swift's own threads: hundreds of launches and ends that wait there for
/// their turn keep neither executors nor the master waiting.
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

    nonisolated let loop: any EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }
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
    /// Updates that are to be stored next.
    var arrived: [Report] = []
    /// Ends the wait for executors of a former process.
    var returnTimer: Task<Void, Never>?
    /// What the master has yet to acknowledge.
    var streams = UpdateStreams()
    /// Takes what the master is to hear.
    var news: @Sendable ([MasterNews]) -> Void = { _ in }
    var resender: Task<Void, Never>?
    /// Frameworks that are being ended.
    var closing: Set<String> = []
    /// Where schedulers listen that do not speak HTTP.
    var schedulers: [String: UPID] = [:]
    /// What the master and we agreed on.
    var membership = Membership()
    /// Executors of a former process have come back, or are given up.
    nonisolated let recovered = Once<Void>()

    /// - Parameters:
    ///   - secret: nil switches authentication off.
    ///   - loop: best that of the executors' connections: what comes from them then needs no other thread. Nil for any.
    public init(
        containerizer: Containerizer, store: AgentStore, place: any ExecutorPlace, secret: ExecutorSecret?,
        options: ExecutorOptions, loop: (any EventLoop)? = nil, log: Logger = Logger(label: "bulkhead.executors"),
        observe: @escaping @Sendable (Timeline.Entry) -> Void = { _ in }
    ) {
        self.loop = loop ?? MultiThreadedEventLoopGroup.singleton.next()
        self.containerizer = containerizer
        self.store = store
        self.place = place
        self.secret = secret
        self.log = log
        self.observe = observe
        self.options = options
    }

    /// This agent, with the id that it has now.
    nonisolated var agent: Mesos_V1_AgentInfo {
        var info = options.agent
        info.id.value = store.agentID
        return info
    }

    nonisolated var agentID: Mesos_V1_AgentID { .with { $0.value = store.agentID } }

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
        resender?.cancel()
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

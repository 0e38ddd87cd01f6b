/// The life of an executor. It decides; whoever calls it takes the ``actions``, in their order, and acts.
///
/// `now` is any clock that never goes back.
package struct ExecutorLife {
    package enum Action: Hashable, Sendable {
        case report(StatusUpdate)
        /// See ``command(toStart:)``.
        case start(task: String)
        /// To all processes of a task.
        case terminate(task: String)
        case destroy(task: String)
        case set(Timer, Duration)
        case cancel(Timer)
        case check(task: String, CheckKind, CheckPlan)
        /// Ends checks that run.
        case stopChecks(task: String)
        case leave
    }

    package enum Timer: Hashable, Sendable {
        case destroy(task: String)
        case completion(task: String)
        case check(task: String, CheckKind)
        /// Nobody takes our last words.
        case lastWords
        /// The agent's patience after SHUTDOWN is over.
        case patience
    }

    /// How long the last updates may stay without acknowledgement while the agent hears us.
    static let lastWordsTime = Duration.seconds(60)

    let settings: ExecutorSettings
    let stamp: () -> Stamp
    package private(set) var actions: [Action] = []
    package internal(set) var unacknowledged: [StatusUpdate] = []
    /// Not mentioned in any acknowledged update.
    var unmentioned: [TaskInfo] = []
    var tasks: [TaskLife] = []
    var subscription: AgentEvent.Subscription?
    var isConnected = false
    var isEnding = false
    var isAbandoned = false
    var wasUsed = false
    var groupCount = 0

    package init(_ settings: ExecutorSettings, stamp: @escaping () -> Stamp) {
        (self.settings, self.stamp) = (settings, stamp)
    }

    package mutating func takeActions() -> [Action] {
        defer { actions = [] }
        return actions
    }

    mutating func act(_ action: Action) { actions.append(action) }

    /// Changes a task that has not ended; of one that is unknown or over there is nothing to change.
    mutating func withLive(_ id: String, _ change: (inout TaskLife) -> Void) {
        guard let index = tasks.firstIndex(where: { $0.id == id && $0.state != .ended }) else { return }
        change(&tasks[index])
    }

    func live(_ id: String) -> TaskLife? { tasks.first { $0.id == id && $0.state != .ended } }
}

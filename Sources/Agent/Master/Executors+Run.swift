import Isolation
import Logging
import Mesos
import SwiftProtobuf

/// Tasks that a master sends.
struct MasterOrder: Sendable {
    var framework: Mesos_V1_FrameworkInfo
    /// Of the framework's scheduler; nil for one that speaks HTTP.
    var scheduler: UPID?
    /// Nil where the task is a command.
    var executor: Mesos_V1_ExecutorInfo?
    var tasks: [Mesos_V1_TaskInfo]
    var isGroup = false
    /// Whether the master counts on a new executor; nil where it does not say.
    var launchesExecutor: Bool?
}

extension Executors {
    /// Runs tasks of a master, or says why not: each is answered by an update, or by an executor.
    ///
    /// The order of what is looked at is Mesos' own, so that the same thing has the same name for a framework.
    func run(_ order: MasterOrder) {
        let framework = order.framework.id.value
        let id = order.executor?.executorID.value ?? order.tasks.first?.taskID.value ?? ""
        let repeated = order.tasks.filter { tasks[TaskKey(framework: framework, id: $0.taskID.value)] != nil }
        guard repeated.isEmpty else {
            // Sent twice, or by somebody else: the one that runs is not touched.
            return log.warning("task is known already", metadata: ["tasks": "\(repeated.map(\.taskID.value))"])
        }
        guard !closing.contains(framework) else { return giveBack(order, id) }
        do { try know(order.framework, order.scheduler) } catch { return refuse(order, id, error) }
        if membership.drain != nil {
            return refuse(order, id, .taskDropped, .agentDraining, "The agent is being drained")
        }
        if let missing = missingResource(order) {
            return refuse(order, id, .taskDropped, .resourcesUnknown, missing)
        }
        if let (message, isEnded) = strayed(order, id) {
            refuse(order, id, .taskDropped, .executorTerminated, message, givesBack: isEnded)
            return
        }
        do { try launch(try checked(order, framework)) } catch { refuse(order, id, error) }
    }

    /// Where the master's idea of an executor is not ours.
    ///
    /// - Returns: what is wrong, and whether the master is told at once that there is no such executor; nil where nothing is.
    private func strayed(_ order: MasterOrder, _ id: String) -> (String, Bool)? {
        guard order.executor != nil, let launches = order.launchesExecutor else { return nil }
        let running = executor(order.framework.id.value, id).flatMap { $0.state == .terminated ? nil : $0 }
        switch (launches, running) {
        case (false, nil): return ("No executor is running", false)
        case (true, let executor?):
            // Its end sends the message.
            shutDown(executor)
            return ("An executor of this id runs, and the master does not know of it", false)
        case (false, let executor?) where !executor.isOpen: return ("Its executor is about to end", false)
        default: return nil
        }
    }

    private func checked(_ order: MasterOrder, _ framework: String) throws(BulkheadError) -> Order {
        if order.isGroup, let executor = order.executor {
            try TaskCheck.check(order.tasks, for: executor)
        } else {
            for task in order.tasks { try TaskCheck.check(task) }
        }
        var executor = order.executor ?? Self.commandExecutor(of: order.tasks[0])
        executor.frameworkID.value = framework
        return Order(
            framework: framework, tasks: order.tasks, executor: executor, isCommandExecutor: order.executor == nil,
            isGroup: order.isGroup)
    }

    /// For a task that brings none: `bulkhead-executor`, for it alone. It takes its share of what the task asks for.
    static func commandExecutor(of task: Mesos_V1_TaskInfo) -> Mesos_V1_ExecutorInfo {
        let words = task.command.shell ? "sh -c '\(task.command.value)'" : "\([task.command.value] + task.command.arguments)"
        let shown = words.count > 60 ? words.prefix(57) + "..." : words[...]
        return .with {
            $0.executorID.value = task.taskID.value
            $0.name = "Command Executor (Task: \(task.taskID.value)) (Command: \(shown))"
            $0.source = task.taskID.value
            $0.type = .custom
            if task.hasLabels { $0.labels = task.labels }
            if task.hasDiscovery { $0.discovery = task.discovery }
        }
    }

    /// Notes who the framework is, and where its scheduler listens.
    func know(_ framework: Mesos_V1_FrameworkInfo, _ scheduler: UPID?) throws(BulkheadError) {
        schedulers[framework.id.value] = scheduler
        guard frameworks[framework.id.value] != framework else { return }
        try store.save(framework)
        frameworks[framework.id.value] = framework
    }

    private func refuse(_ order: MasterOrder, _ id: String, _ error: BulkheadError) {
        let text = "\(error)"
        switch error.reason {
        case .badOption, .badName, .badResource, .exceedsHost, .egressRefused:
            refuse(order, id, .taskError, .taskInvalid, text)
        // Nothing was tried.
        case .notRunning, .stateUnusable, .diskFull: refuse(order, id, .taskDropped, .containerLaunchFailed, text)
        default:
            refuse(order, id, options.health.refusal == nil ? .taskFailed : .taskDropped, .containerLaunchFailed, text)
        }
    }

    private func refuse(
        _ order: MasterOrder, _ id: String, _ state: Mesos_V1_TaskState, _ reason: Mesos_V1_TaskStatus.Reason,
        _ message: String, givesBack: Bool = true
    ) {
        for task in order.tasks {
            refuse(
                task.taskID, of: order.framework.id.value, executor: id,
                Executor.Cause(state: state, reason: reason, message: message))
        }
        if givesBack { giveBack(order, id) }
    }

    /// The executor that the master counts on was not started: what it set aside for it is free again.
    private func giveBack(_ order: MasterOrder, _ id: String) {
        guard order.launchesExecutor == true, order.executor != nil else { return }
        news([.exited(framework: order.framework.id.value, executor: id, status: -1)])
    }

    /// - Returns: in words, a reservation or volume that the order uses and the agent does not have.
    private func missingResource(_ order: MasterOrder) -> String? {
        let wanted = order.tasks.flatMap(\.resources) + (order.executor?.resources ?? [])
        return CheckpointedResources(membership.resources).missing(from: wanted)
    }
}

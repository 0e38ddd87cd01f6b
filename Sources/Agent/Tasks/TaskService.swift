import FoundationEssentials
public import Isolation
public import Mesos
import SwiftProtobuf

/// Tasks without a master: submitted here, run by an executor in a container, followed to their end. They belong to the
/// agent's own framework.
public struct TaskService: Sendable {
    let executors: Executors

    public init(_ executors: Executors) { self.executors = executors }

    /// Stores a task and sees that it runs.
    ///
    /// - Parameter task: its agent and its name may be missing.
    /// - Returns: the task as it was stored.
    /// - Throws: ``BulkheadError`` with `badOption`, `badName`, `badResource` or `nameInUse`. What goes wrong later is in
    ///   the task's updates.
    @discardableResult
    public func submit(_ task: Mesos_V1_TaskInfo) async throws(BulkheadError) -> Mesos_V1_TaskInfo {
        try refuseBesideMaster()
        let task = complete(task)
        try TaskCheck.check(task)
        try await executors.launch(
            Executors.Order(
                framework: executors.local.id.value, tasks: [task], executor: executor(of: task),
                isCommandExecutor: !task.hasExecutor, isGroup: false))
        return task
    }

    /// The same for tasks that live and die together, in one executor.
    ///
    /// - Parameter executor: of type DEFAULT, or with a command that understands LAUNCH_GROUP.
    public func submit(
        _ group: Mesos_V1_TaskGroupInfo, executor: Mesos_V1_ExecutorInfo
    ) async throws(BulkheadError) {
        try refuseBesideMaster()
        let tasks = group.tasks.map(complete)
        guard !tasks.isEmpty, Set(tasks.map(\.taskID.value)).count == tasks.count else {
            throw BulkheadError(
                .badOption, "task group", tasks.isEmpty ? "it is empty" : "two of its tasks have one id",
                remedy: "give each task an id of its own")
        }
        var executor = executor
        executor.frameworkID = executors.local.id
        try TaskCheck.check(tasks, for: executor)
        try await executors.launch(
            Executors.Order(
                framework: executors.local.id.value, tasks: tasks, executor: executor, isCommandExecutor: false,
                isGroup: true))
    }

    /// Ends a task; one that has ended is fine.
    ///
    /// - Parameter policy: instead of the task's own.
    /// - Throws: ``BulkheadError`` with `unknownTask`.
    public func kill(_ id: String, policy: Mesos_V1_KillPolicy? = nil) async throws(BulkheadError) {
        try await executors.kill(await key(id), policy)
    }

    /// Gives a running task other resources; those of a name that is not given stay. A restart keeps them.
    ///
    /// - Returns: the task's resources now, what its container has, and, where some of it is not in force yet, why.
    /// - Throws: ``BulkheadError`` with `unknownTask`, `notRunning`, `badResource`, `exceedsHost`, or what the launcher
    ///   said; then all is as it was.
    public func resize(
        _ id: String, to resources: [Mesos_V1_Resource]
    ) async throws -> (task: [Mesos_V1_Resource], container: Resources, pending: String?) {
        let now = try await executors.resize(await key(id), to: resources)
        return (now.task, now.container, now.pending)
    }

    /// Asks an executor to end, with all its tasks, and ends its container when it does not.
    ///
    /// - Throws: ``BulkheadError`` with `unknownTask` where it does not run.
    public func shutDown(executor id: String) async throws(BulkheadError) {
        try await executors.shutDown(id)
    }

    /// All updates of a task, up to the terminal one; nil for one that is not known. Ends without a terminal one when the
    /// agent does.
    public func updates(of id: String) async -> AsyncStream<Mesos_V1_TaskStatus>? {
        await executors.updates(of: await key(id))
    }

    /// Waits for a task's end.
    ///
    /// - Returns: its last update; nil for a task that is not known, or where the agent ended before it.
    public func wait(_ id: String) async -> Mesos_V1_TaskStatus? {
        guard let updates = await updates(of: id) else { return nil }
        for await status in updates where status.state.isTerminal { return status }
        return nil
    }

    public func task(_ id: String) async -> Mesos_V1_Task? { await executors.summary(await key(id)) }

    /// Of all executors, those that have ended included.
    public func list() async -> [Mesos_V1_Task] {
        await executors.snapshot().executors.flatMap { $0.queued + $0.launched + $0.ended }
    }

    func key(_ id: String) async -> Executors.TaskKey { await executors.find(id) }

    /// A master counts with what the agent has.
    private func refuseBesideMaster() throws(BulkheadError) {
        guard executors.options.hasMaster else { return }
        throw BulkheadError(
            .unsupported, "agent", "it takes its tasks from its master",
            remedy: "give them to a framework there, or launch a container of its own")
    }

    func complete(_ task: Mesos_V1_TaskInfo) -> Mesos_V1_TaskInfo {
        var task = task
        task.agentID = executors.agent.id
        if !task.hasName { task.name = task.taskID.value }
        if task.hasExecutor { task.executor.frameworkID = executors.local.id }
        return task
    }

    private func executor(of task: Mesos_V1_TaskInfo) -> Mesos_V1_ExecutorInfo {
        var executor = task.hasExecutor ? task.executor : Executors.commandExecutor(of: task)
        executor.frameworkID = executors.local.id
        return executor
    }
}

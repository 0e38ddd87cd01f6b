import FoundationEssentials
import Isolation
import Logging
import Mesos

extension Executors {
    /// What a launch brings; checked by ``TaskCheck``.
    struct Order: Sendable {
        var framework: String
        var tasks: [Mesos_V1_TaskInfo]
        var executor: Mesos_V1_ExecutorInfo
        var isCommandExecutor: Bool
        /// They go to the executor together.
        var isGroup: Bool
    }

    /// Stores tasks, and launches their executor where it does not run.
    ///
    /// - Throws: ``BulkheadError`` with `nameInUse`, `notRunning` where the executor is about to end, `badOption` where it
    ///   is not the one that runs, what ``LaunchHealth`` or the store says. Then nothing was done.
    func launch(_ order: Order) throws(BulkheadError) {
        guard phase == .running || phase == .reregistering else {
            throw BulkheadError(.notRunning, "agent", "it has not finished recovery, or ends", remedy: "try again")
        }
        if let refusal = options.health.refusal { throw refusal }
        for task in order.tasks where tasks[TaskKey(framework: order.framework, id: task.taskID.value)] != nil {
            throw BulkheadError(
                .nameInUse, "task “\(task.taskID.value)”", "there is or was one of this id",
                remedy: "give each task an id of its own")
        }
        let group = order.isGroup ? number() : nil
        func stored(in container: ContainerID) -> [StoredTask] {
            order.tasks.map { StoredTask(framework: order.framework, info: $0, container: container, group: group) }
        }
        let id = order.executor.executorID.value
        if let running = executor(order.framework, id), running.state != .terminated {
            try add(stored(in: running.container), to: running, order)
            return
        }
        let container = try ContainerID(UUID().uuidString.lowercased())
        let new = StoredExecutor(
            framework: order.framework, info: order.executor, container: container,
            isCommandExecutor: order.isCommandExecutor, life: ExecutorLife())
        let resources = size([order.executor.resources] + order.tasks.map(\.resources), of: order.framework)
        let config = try config(new, order, resources)
        let tasks = stored(in: container)
        try store.add(new, tasks)
        let executor = enter(new, resources)
        for task in tasks { enter(task, of: executor) }
        log.info("executor launched", metadata: fields(executor))
        begin(executor, config)
    }

    func enter(_ task: StoredTask, of executor: Executor) {
        executor.tasks.append(task.id)
        tasks[key(task)] = task
    }

    private func add(_ tasks: [StoredTask], to executor: Executor, _ order: Order) throws(BulkheadError) {
        let id = order.executor.executorID.value
        guard executor.isOpen else {
            throw BulkheadError(.notRunning, "executor “\(id)”", "it is about to end", remedy: "try again")
        }
        guard executor.stored.info == order.executor else {
            throw BulkheadError(
                .badOption, "executor “\(id)”", "it runs already, and is not the same",
                remedy: "give it another id, or its tasks the same ExecutorInfo")
        }
        try store.add(nil, tasks)
        for task in tasks { enter(task, of: executor) }
        deliver(executor)
    }

    private func config(
        _ executor: StoredExecutor, _ order: Order, _ resources: Resources
    ) throws(BulkheadError) -> ContainerConfig {
        let framework = frameworks[order.framework] ?? .init()
        let environment = ExecutorEnvironment(agentID: store.agentID, options: options, secret: secret)
        let brought =
            order.isCommandExecutor
            ? order.tasks.first.flatMap { $0.hasContainer ? $0.container : nil }
            : executor.info.hasContainer ? executor.info.container : nil
        let container = brought ?? options.defaultContainer
        let usesOwn = executor.info.hasCommand && executor.info.type != .default
        let program = place.program
        var command =
            usesOwn
            ? try TaskCommand(executor.info.command, user: framework.user) : TaskCommand(arguments: program.arguments)
        // What the executor brings itself wins, then who and where it is.
        for more in [environment.variables(executor, framework, place), options.environment] {
            let known = Set(command.environment.map(\.name))
            command.environment += more.filter { !known.contains($0.name) }
        }
        return ContainerConfig(
            id: executor.container, resources: resources, image: try place.image(for: container), command: command,
            output: .sandbox, programs: usesOwn ? [] : program.files,
            gets: place.results(of: executor.container), egress: try egress(of: executor, order))
    }

    /// The container is the executor's, and so is its way out.
    private func egress(of executor: StoredExecutor, _ order: Order) throws(BulkheadError) -> EgressPolicy {
        for task in order.tasks where !order.isCommandExecutor && task.labels.value(EgressPolicy.label) != nil {
            throw BulkheadError(
                .badOption, "task “\(task.taskID.value)”, label \(EgressPolicy.label)",
                "its executor has others as well", remedy: "give the label to the executor")
        }
        return try place.egress(executor.info.labels.value(EgressPolicy.label))
    }

    private func begin(_ executor: Executor, _ config: ContainerConfig) {
        executor.watch = Task { await run(executor, config) }
        awaitRegistration(executor)
    }

    /// The time counts from the launch: image and boot are part of it.
    func awaitRegistration(_ executor: Executor) {
        let limit = options.registrationTimeout
        after(limit, executor) {
            guard executor.state == .registering else { return }
            self.destroy(
                executor,
                Executor.Cause(
                    state: .taskFailed, reason: .executorRegistrationTimeout,
                    message: "Executor did not register within \(MesosDuration.text(limit))"))
        }
    }

    private func run(_ executor: Executor, _ config: ContainerConfig) async {
        do { try await containerizer.launch(config, observe: observe) } catch {
            guard !(error is CancellationError) else { return }
            if let error = error as? BulkheadError { options.health.launchFailed(error) }
            return ended(
                executor, Executor.Cause(state: .taskFailed, reason: .containerLaunchFailed, message: "\(error)"), nil)
        }
        await follow(executor)
    }
}

extension Mesos_V1_Labels {
    fileprivate func value(_ key: String) -> String? { labels.first { $0.key == key }?.value }
}

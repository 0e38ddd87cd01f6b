import Isolation
import Mesos

extension Executors {
    /// Where a task runs, and whether anything of it may still come.
    struct Placement: Sendable {
        var container: ContainerID
        /// Of its own, which ends with it.
        var isCommandExecutor: Bool
        var isEnded: Bool
        var isContainerEnded: Bool
        var image: String?
    }

    func placement(of id: TaskKey) -> Placement? {
        guard let task = tasks[id], let executor = executors[task.container] else { return nil }
        let info = executor.stored.isCommandExecutor ? task.info.container : executor.stored.info.container
        return Placement(
            container: task.container, isCommandExecutor: executor.stored.isCommandExecutor,
            isEnded: task.state.isTerminal, isContainerEnded: executor.state == .terminated,
            image: info.imageName)
    }

    /// What each executor is that is known, by its container.
    var infos: [ContainerID: Mesos_V1_ExecutorInfo] { executors.mapValues(\.stored.info) }

    func isExecutor(_ container: ContainerID) -> Bool { executors[container] != nil }

    /// The container of an executor's run.
    ///
    /// - Parameter run: the container's name, or `latest`.
    func container(ofRun run: String, of executor: String, _ framework: String) -> ContainerID? {
        let key = ExecutorKey(framework: framework, id: executor)
        guard run != "latest" else { return current[key] }
        return executors.values.first {
            $0.container.description == run && $0.stored.framework == framework
                && $0.stored.info.executorID.value == executor
        }?.container
    }
}

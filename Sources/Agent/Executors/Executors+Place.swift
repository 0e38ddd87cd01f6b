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
            image: info.mesos.hasImage ? info.mesos.image.docker.name : nil)
    }

    /// The executor of a container with its tasks; nil for a container that is no executor's.
    func occupants(of container: ContainerID) -> AgentSnapshot.Executor? {
        snapshot().executors.first { $0.container == container }
    }
}

import Isolation
import Mesos

/// One executor while this process looks after it; ``Executors``' own, reached on that actor alone.
final class Executor {
    /// Why the agent ends an executor, for the updates of its tasks.
    struct Cause {
        var state: Mesos_V1_TaskState
        var reason: Mesos_V1_TaskStatus.Reason
        var message: String
    }

    /// Rises with each executor.
    let number: Int
    var stored: StoredExecutor
    /// Ids, in the order of their arrival.
    var tasks: [String] = []
    /// Nil where it is not connected, as far as we know.
    var stream: EventStream?
    /// False after a restart, until it has subscribed again.
    var isBack = true
    /// The master hears nothing of its tasks any more.
    var isSilent = false
    /// The first one stays.
    var cause: Cause?
    /// What its container has.
    var resources: Resources
    /// What each status update says of its container; asked for once.
    var containerStatus: Mesos_V1_ContainerStatus?
    /// Launches the container and waits for its end.
    var watch: Task<Void, Never>?
    /// What happens unless something else does before.
    var timer: Task<Void, Never>?
    var heart: Task<Void, Never>?
    /// Changes the container's resources and sends tasks; one at a time.
    var delivery: Task<Void, Never>?

    init(_ stored: StoredExecutor, number: Int, resources: Resources) {
        self.number = number
        self.stored = stored
        self.resources = resources
    }

    var container: ContainerID { stored.container }
    var state: ExecutorLife.State { stored.life.state }
    var isOpen: Bool { state == .registering || state == .running }

    /// It does not look after itself any more.
    func letGo() {
        for task in [timer, heart, delivery] { task?.cancel() }
        stream?.close()
        stream = nil
    }
}

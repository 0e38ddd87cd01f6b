import Mesos
import Isolation

/// An executor as it is stored: one run of it, in one container.
struct StoredExecutor: Hashable, Sendable {
    var framework: String
    var info: Mesos_V1_ExecutorInfo
    var container: ContainerID
    /// Runs a task that named no executor.
    var isCommandExecutor: Bool
    var life: ExecutorLife
}

/// A task as it is stored, with what was said of it.
struct StoredTask: Hashable, Sendable {
    var framework: String
    var info: Mesos_V1_TaskInfo
    /// Its executor's.
    var container: ContainerID
    /// Tasks of one number came together and go to their executor together; nil for one that came alone.
    var group: Int?
    var state = Mesos_V1_TaskState.taskStaging
    /// It was sent to its executor, or was about to be.
    var isDelivered = false
    var isKillWanted = false
    /// Oldest first; of a task that said a great deal the last ones.
    var statuses: [Mesos_V1_TaskStatus] = []

    var id: String { info.taskID.value }
}

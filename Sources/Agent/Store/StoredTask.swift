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
    private(set) var statuses: [Mesos_V1_TaskStatus] = []
    /// The same ones' uuids: to look for one among a hundred is to be quick.
    private(set) var marks: [UInt128] = []
    /// How many updates it ever had.
    private(set) var updateCount = 0

    var id: String { info.taskID.value }

    mutating func take(_ status: Mesos_V1_TaskStatus) {
        state = status.state
        restore(status, number: updateCount)
    }

    /// - Parameter number: how many updates came before.
    mutating func restore(_ status: Mesos_V1_TaskStatus, number: Int) {
        statuses.append(status)
        marks.append(Self.mark(status))
        updateCount = number + 1
        guard statuses.count > AgentStore.updatesOfATask else { return }
        statuses.removeFirst()
        marks.removeFirst()
    }

    /// Whether it is one of those that are kept.
    func has(_ status: Mesos_V1_TaskStatus) -> Bool { marks.contains(Self.mark(status)) }

    private static func mark(_ status: Mesos_V1_TaskStatus) -> UInt128 {
        status.uuid.reduce(0) { $0 << 8 | UInt128($1) }
    }
}

/// An update on its way into the store.
struct StoredUpdate: Sendable {
    var update: UpdateStreams.Update
    /// How many updates of the task came before.
    var number: Int
    var changesState: Bool
    /// It goes into the outbox, too.
    var isForMaster: Bool
}

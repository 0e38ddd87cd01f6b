import FoundationEssentials
import Isolation
import Mesos
import SwiftProtobuf

extension Executors {
    /// Ends a task. One that never was sent ends here; with one of a group the whole group.
    ///
    /// - Throws: ``BulkheadError`` with `unknownTask`, or what the store says.
    func kill(_ id: TaskKey, _ policy: Mesos_V1_KillPolicy?) throws(BulkheadError) {
        guard var task = tasks[id], let executor = executors[task.container] else {
            throw Self.unknown(id)
        }
        guard !task.state.isTerminal else { return }
        guard task.isDelivered else { return try killUnsent(task, executor) }
        task.isKillWanted = true
        if let policy { task.info.killPolicy = policy }
        try store.saveMarks([task])
        tasks[id] = task
        sendKill(task, to: executor)
        if executor.stored.isCommandExecutor { insist(task, executor) }
    }

    func shutDown(_ id: String) throws(BulkheadError) {
        guard let executor = executor(local.id.value, id), executor.state != .terminated else {
            throw BulkheadError(.unknownTask, "executor “\(id)”", "there is none that runs", remedy: "list the tasks")
        }
        shutDown(executor)
    }

    func sendKill(_ task: StoredTask, to executor: Executor) {
        send(
            .with {
                $0.type = .kill
                $0.kill.taskID = task.info.taskID
                if task.info.hasKillPolicy { $0.kill.killPolicy = task.info.killPolicy }
            }, to: executor)
    }

    private func killUnsent(_ task: StoredTask, _ executor: Executor) throws(BulkheadError) {
        let cause = Executor.Cause(
            state: .taskKilled, reason: .taskKilledDuringLaunch, message: "Killed before it was sent to its executor")
        let group = task.group.map { group in tasks(of: executor).filter { $0.group == group } } ?? [task]
        try note(group.filter { !$0.state.isTerminal }.map { (status(of: $0, executor, cause), key($0)) })
        // Nothing waits for it: no need for it to come up.
        if executor.state == .registering, queued(executor).isEmpty { destroy(executor, cause) }
    }

    /// An executor of ours that does not heed a kill ends with its container.
    func insist(_ task: StoredTask, _ executor: Executor) {
        let grace: Duration =
            task.info.hasKillPolicy ? .nanoseconds(task.info.killPolicy.gracePeriod.nanoseconds) : .seconds(3)
        executor.cause =
            executor.cause
            ?? Executor.Cause(state: .taskKilled, reason: .executorTerminated, message: "Killed with its executor")
        after(grace + options.killPatience, executor) { self.shutDown(executor) }
    }
}

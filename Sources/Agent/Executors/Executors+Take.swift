import FoundationEssentials
import Isolation
import Logging
import Mesos
import SwiftProtobuf

/// What an executor says of one of its tasks, until it is stored or refused; ``Executors``' own.
final class Report {
    let status: Mesos_V1_TaskStatus
    let executor: Executor
    let key: Executors.TaskKey
    /// Nil as long as nothing is decided; whether the executor is to hear that we have it.
    var fate: Result<Bool, Refusal>?
    var waiter: CheckedContinuation<Void, Never>?

    init(_ status: Mesos_V1_TaskStatus, from executor: Executor) {
        (self.status, self.executor) = (status, executor)
        key = Executors.TaskKey(framework: executor.stored.framework, id: status.taskID.value)
    }
}

/// The way of status updates into the store. Those that come at the same time are stored in one transaction.
extension Executors {
    /// Returns when the update is stored, and its executor was told so.
    func take(_ report: Report) async throws(Refusal) {
        arrived.append(report)
        if arrived.count == 1 {
            // Others that have come to their connections meanwhile join this one.
            await Task.yield()
            takeArrived()
        } else {
            await withCheckedContinuation { report.waiter = $0 }
        }
        _ = try report.fate?.get()
    }

    /// Decides on what has come so far, as if each had been stored when it came.
    func takeArrived() {
        let reports = arrived
        arrived = []
        take(reports)
        for report in reports {
            if case .success(true) = report.fate { acknowledge(report.status, to: report.executor) }
            report.waiter?.resume()
        }
    }

    /// Decides on each in turn. Where the store fails, all that follow are refused with it: updates of a task keep their order.
    func take(_ reports: [Report]) {
        var rest = reports[...]
        while !rest.isEmpty {
            var known: Set<TaskKey> = []
            let batch = rest.prefix { known.insert($0.key).inserted }
            rest.removeFirst(batch.count)
            do { try store(batch.filter(isNew)) } catch {
                log.error("updates not stored", metadata: ["error": "\(error)"])
                for report in batch + rest where report.fate == nil {
                    // It keeps what we did not acknowledge, and brings it again.
                    report.executor.stream?.close()
                    report.fate = .failure(
                        Refusal(status: 500, text: "The update could not be stored: \(error.detail)"))
                }
                return
            }
        }
    }

    /// Decides on a report of which nothing is to be stored. Repetitions are acknowledged, and what comes too late.
    private func isNew(_ report: Report) -> Bool {
        guard let task = tasks[report.key], task.container == report.executor.container else {
            log.warning("update for a task that is not the executor's", metadata: fields(report.executor))
            report.fate = .success(false)
            return false
        }
        if task.state.isTerminal || task.has(report.status) {
            report.fate = .success(true)
        } else if streams.waiting(for: report.key) >= Self.updatesWaiting {
            report.fate = .failure(Refusal(status: 503, text: "Too many updates of this task wait for the master"))
        }
        return report.fate == nil
    }

    private func store(_ reports: [Report]) throws(BulkheadError) {
        try note(reports.map { (complete($0.status, $0.executor), $0.key) })
        for report in reports {
            report.fate = .success(true)
            if report.status.state.isTerminal { taskEnded(report.executor) }
        }
    }

    func acknowledge(_ status: Mesos_V1_TaskStatus, to executor: Executor) {
        send(
            .with {
                $0.type = .acknowledged
                $0.acknowledged.taskID = status.taskID
                $0.acknowledged.uuid = status.uuid
            }, to: executor)
    }

    /// Stores updates of different tasks, all of them or none, then tells whoever follows the tasks, and the master.
    func note(_ statuses: [(status: Mesos_V1_TaskStatus, key: TaskKey)]) throws(BulkheadError) {
        guard !statuses.isEmpty else { return }
        var updates = statuses.compactMap { stored($0.status, of: $0.key) }
        let numbers = try store.add(updates)
        for index in updates.indices { updates[index].update.number = numbers[index] }
        for (status, key) in statuses {
            tasks[key]?.take(status)
            tell(status, of: key)
        }
        forward(updates.filter(\.isForMaster).map(\.update))
    }

    /// - Returns: nil for a task that is not known.
    private func stored(_ status: Mesos_V1_TaskStatus, of key: TaskKey) -> StoredUpdate? {
        guard let task = tasks[key] else { return nil }
        let executor = executors[task.container]
        let isTold = executor?.isSilent == false && isRemote(key.framework) && !closing.contains(key.framework)
        return StoredUpdate(
            update: UpdateStreams.Update(
                framework: key.framework, executor: executor?.stored.info.executorID.value, status: status),
            number: task.updateCount, changesState: task.state != status.state, isForMaster: isTold)
    }

    /// What the agent knows better than the executor.
    private func complete(_ status: Mesos_V1_TaskStatus, _ executor: Executor) -> Mesos_V1_TaskStatus {
        var status = drained(status, of: executor.stored.framework)
        status.agentID = agentID
        status.executorID = executor.stored.info.executorID
        if !status.hasTimestamp { status.timestamp = Date().timeIntervalSince1970 }
        guard let known = executor.containerStatus else { return status }
        if !status.containerStatus.hasContainerID { status.containerStatus.containerID = known.containerID }
        if status.containerStatus.networkInfos.isEmpty { status.containerStatus.networkInfos = known.networkInfos }
        return status
    }
}

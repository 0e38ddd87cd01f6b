import FoundationEssentials
import Isolation
import Logging
import Mesos
import SwiftProtobuf

/// What the agent tells a master; the order is that of its sending.
enum MasterNews: Sendable {
    case update(UpdateStreams.Outgoing)
    /// An executor of a framework's own has ended, or was never started.
    case exited(framework: String, executor: String, status: Int32)
    /// What an executor says to its framework's scheduler.
    case message(Mesos_Internal_ExecutorToFrameworkMessage)
}

/// The way of status updates to the master.
extension Executors {
    /// How many updates of one task may wait for the master.
    static let updatesWaiting = 10_000

    /// Whom a master has sent.
    func isRemote(_ framework: String) -> Bool { framework != local.id.value }

    /// - Parameter tell: takes what the master is to hear; called on this actor, in order.
    func attach(_ tell: @escaping @Sendable ([MasterNews]) -> Void) {
        news = tell
        resender = Task {
            // The shortest pause between two tries is ten times as long.
            while (try? await Task.sleep(for: .seconds(1))) != nil {
                send(streams.due(at: .now))
            }
        }
    }

    /// The master does not know us, or we do not know it.
    func pauseUpdates() { streams.pause() }

    func resumeUpdates() { send(streams.resume(at: .now)) }

    private func send(_ updates: [UpdateStreams.Outgoing]) {
        if !updates.isEmpty { news(updates.map { .update($0) }) }
    }

    /// Waits until the master has heard everything; not for one that does not know us.
    public func awaitAcknowledgements(within limit: Duration) async {
        let end = ContinuousClock.now + limit
        while !streams.isPaused, !streams.isEmpty, ContinuousClock.now < end {
            // Once in an agent's life: not worth a list of those who wait.
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else { return }
        }
    }

    /// Sends updates that are stored, each as soon as it is its turn.
    func forward(_ updates: [UpdateStreams.Update]) {
        let now = ContinuousClock.now
        send(updates.compactMap { streams.add($0, at: now) })
    }

    /// The master has these updates: the next ones follow.
    func acknowledged(_ updates: [(key: TaskKey, uuid: Data)]) {
        var (numbers, following): ([Int64], [UpdateStreams.Outgoing]) = ([], [])
        for (key, uuid) in updates {
            let number = streams.oldest(key)?.number
            guard let number, case .taken(let next) = streams.acknowledge(key, uuid, at: .now) else {
                log.info("acknowledgement of nothing", metadata: ["task.id": "\(key.id)"])
                continue
            }
            numbers.append(number)
            if let next { following.append(next) }
        }
        do { try store.acknowledge(numbers) } catch {
            // After a restart they are sent once more.
            log.error("acknowledgements not stored", metadata: ["error": "\(error)"])
        }
        send(following)
        for key in Set(updates.map(\.key)) where streams.oldest(key) == nil {
            let owner = tasks[key].flatMap { executors[$0.container] }
            if owner?.state ?? .terminated == .terminated { settleFramework(key.framework) }
        }
    }

    /// Says of a task that never came to an executor what became of it.
    ///
    /// - Parameter executor: nil where none is known by its id.
    func refuse(_ task: Mesos_V1_TaskID, of framework: String, executor: String?, _ cause: Executor.Cause) {
        guard !closing.contains(framework) else { return }
        let status = status(of: task, in: framework, executor: executor, cause)
        var update = UpdateStreams.Update(framework: framework, executor: executor, status: status)
        do { update.number = try store.post(update) } catch {
            // The master asks for the task when we register again.
            return log.error("update not stored", metadata: ["error": "\(error)"])
        }
        log.info(
            "task refused",
            metadata: [
                "task.id": "\(task.value)", "framework.id": "\(framework)", "state": "\(status.state)",
                "why": "\(cause.message)",
            ])
        forward([update])
    }

    /// Frameworks that do not know of partitions hear of them as before: TASK_LOST.
    func state(_ state: Mesos_V1_TaskState, for framework: String) -> Mesos_V1_TaskState {
        switch state {
        case .taskDropped, .taskGone, .taskGoneByOperator, .taskUnreachable, .taskUnknown:
            isPartitionAware(framework) ? state : .taskLost
        default: state
        }
    }

    func isPartitionAware(_ framework: String) -> Bool {
        frameworks[framework]?.capabilities.contains { $0.type == .partitionAware } ?? false
    }
}

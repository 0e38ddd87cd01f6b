import FoundationEssentials
import Isolation
import Logging
import Mesos
import SwiftProtobuf

extension Executors {
    /// Sends what waits for an executor, once its container has the resources for it.
    func deliver(_ executor: Executor) {
        guard executor.delivery == nil, executor.state == .running, executor.stream != nil,
            !queued(executor).isEmpty
        else { return }
        if needs(executor) == executor.resources { return sendQueued(executor, queued(executor)) }
        executor.delivery = Task { await growThenSend(executor) }
    }

    private func growThenSend(_ executor: Executor) async {
        while !Task.isCancelled, executor.state == .running, executor.stream != nil {
            let (batch, needs) = (queued(executor), needs(executor))
            guard !batch.isEmpty else { break }
            do { try await resize(executor, to: needs) } catch {
                let cause = Executor.Cause(state: .taskGone, reason: .containerUpdateFailed, message: "\(error)")
                destroy(executor, cause)
                break
            }
            sendQueued(executor, batch)
        }
        executor.delivery = nil
    }

    /// - Returns: nil where all of it is in force; else why some of it is not yet.
    @discardableResult
    func resize(_ executor: Executor, to resources: Resources) async throws -> String? {
        guard resources != executor.resources else { return nil }
        let answer = try await containerizer.update(executor.container, to: resources)
        if case .refused(let error) = answer { throw error }
        executor.resources = resources
        guard case .pending(let why) = answer else { return nil }
        return why
    }

    /// Changes the container of an executor, then sends what has come for it meanwhile.
    func change(_ executor: Executor, _ act: @escaping () async -> Void) {
        executor.delivery = Task {
            await act()
            guard executor.isOpen else { return }
            executor.delivery = nil
            deliver(executor)
        }
    }

    /// Of the batch, what is still wanted: something may have come between.
    private func sendQueued(_ executor: Executor, _ batch: [StoredTask]) {
        guard executor.state == .running, executor.stream != nil else { return }
        var sent: [StoredTask] = []
        for task in batch.compactMap({ tasks[key($0)] }) where !task.state.isTerminal && !task.isDelivered {
            var task = task
            task.isDelivered = true
            sent.append(task)
        }
        // Stored before: a task is rather lost, and said to be, than run twice.
        do { try store.saveMarks(sent) } catch {
            log.error("tasks not sent", metadata: ["error": "\(error)"])
            executor.stream?.close()
            return
        }
        for task in sent { tasks[key(task)] = task }
        var groups: Set<Int> = []
        for task in sent {
            guard let group = task.group else {
                send(
                    .with {
                        $0.type = .launch
                        $0.launch.task = task.info
                    }, to: executor)
                continue
            }
            guard groups.insert(group).inserted else { continue }
            send(
                .with {
                    $0.type = .launchGroup
                    $0.launchGroup.taskGroup.tasks = sent.filter { $0.group == group }.map(\.info)
                }, to: executor)
        }
    }

    /// Of a container for all of these. A master's framework cannot know what a guest needs to boot at all.
    func size(_ parts: [[Mesos_V1_Resource]], of framework: String) -> Resources {
        var size = TaskResources.sum(parts)
        if isRemote(framework) { size.memory = max(size.memory, place.leastMemory) }
        return size
    }

    /// What the container of an executor is to have: its own and that of all tasks that have not ended.
    func needs(_ executor: Executor) -> Resources {
        let parts =
            [executor.stored.info.resources]
            + tasks(of: executor).filter { !$0.state.isTerminal }
            .map(\.info.resources)
        return size(parts, of: executor.stored.framework)
    }

    /// A task has ended: its share goes back, and an executor that was there for it alone is to go.
    func taskEnded(_ executor: Executor) {
        let rest = tasks(of: executor).filter { !$0.state.isTerminal }
        if executor.stored.isCommandExecutor {
            guard executor.isOpen else { return }
            after(options.killPatience, executor) { self.shutDown(executor) }
        } else if !rest.isEmpty, executor.delivery == nil, executor.state == .running {
            // Where it cannot shrink it stays as large as it is.
            change(executor) { _ = try? await self.resize(executor, to: self.needs(executor)) }
        }
    }
}

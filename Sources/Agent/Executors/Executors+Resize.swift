import Isolation
import Logging
import Mesos
import SwiftProtobuf

extension Executors {
    /// What became of a wish for other resources.
    struct Resized: Sendable {
        var task: [Mesos_V1_Resource]
        var container: Resources
        /// Nil where all of it is in force; else why some of it is not yet.
        var pending: String?
    }

    /// Gives a running task other resources, and its executor's container with it. Those of a name that is not given
    /// stay.
    ///
    /// - Throws: ``BulkheadError`` with `unknownTask`, `notRunning`, `badResource`, `exceedsHost`, or what the launcher
    ///   said; then all is as it was.
    func resize(_ id: TaskKey, to wish: [Mesos_V1_Resource]) async throws -> Resized {
        try TaskCheck.check(share: wish, "task “\(id.id)”")
        guard !isRemote(id.framework) else {
            throw BulkheadError(
                .unsupported, "task “\(id.id)”", "its resources are its master's to give",
                remedy: "have its framework launch another one")
        }
        let executor = try running(id).1
        // Deliveries change the container as well: one at a time.
        while executor.isOpen, let other = executor.delivery { await other.value }
        let former = try running(id).0.info.resources
        let end = Once<Resized>()
        let wanted = Self.merge(wish, into: former)
        change(executor) {
            do { end.fulfil(.success(try await self.give(wanted, to: id, executor, former))) } catch {
                end.fulfil(.failure(error))
            }
        }
        return try await end.value()
    }

    /// After a restart: a wish that was stored, and not fulfilled any more.
    func settle(_ executor: Executor) {
        guard executor.delivery == nil, executor.state == .running, queued(executor).isEmpty,
            tasks(of: executor).contains(where: { !$0.state.isTerminal }), needs(executor) != executor.resources
        else { return }
        change(executor) {
            do { try await self.resize(executor, to: self.needs(executor)) } catch {
                let fields = self.fields(executor).merging(["error": "\(error)"]) { $1 }
                self.log.warning("container keeps its size", metadata: fields)
            }
        }
    }

    private func running(_ id: TaskKey) throws(BulkheadError) -> (StoredTask, Executor) {
        guard let task = tasks[id], let executor = executors[task.container] else { throw Self.unknown(id) }
        guard task.isDelivered, !task.state.isTerminal, executor.state == .running else {
            throw BulkheadError(
                .notRunning, "task “\(id.id)”", task.state.isTerminal ? "it has ended" : "it does not run yet",
                remedy: "ask between TASK_RUNNING and its end")
        }
        return (task, executor)
    }

    /// Stored before it is tried: a restart must know the larger claim.
    private func give(
        _ wanted: [Mesos_V1_Resource], to id: TaskKey, _ executor: Executor, _ former: [Mesos_V1_Resource]
    ) async throws -> Resized {
        try store(wanted, of: id)
        let resources = needs(executor)
        do {
            let pending = try await resize(executor, to: resources)
            log.info("task resized", metadata: fields(executor))
            return Resized(task: wanted, container: resources, pending: pending)
        } catch {
            try store(former, of: id)
            throw error
        }
    }

    private func store(_ resources: [Mesos_V1_Resource], of id: TaskKey) throws(BulkheadError) {
        guard var task = tasks[id] else { return }
        task.info.resources = resources
        try store.saveInfo(task)
        tasks[id] = task
    }

    private static func merge(
        _ wish: [Mesos_V1_Resource], into former: [Mesos_V1_Resource]
    ) -> [Mesos_V1_Resource] {
        former.filter { old in !wish.contains { $0.name == old.name } } + wish
    }

    static func unknown(_ id: TaskKey) -> BulkheadError {
        BulkheadError(.unknownTask, "task “\(id.id)”", "there is none", remedy: "list the tasks")
    }
}

import FoundationEssentials
import Isolation
import Logging
import Mesos
import SwiftProtobuf

extension Executors {
    func subscribe(
        _ executor: Executor, _ call: Mesos_V1_Executor_Call.Subscribe, _ form: MediaType
    ) throws(Refusal) -> AsyncStream<[UInt8]> {
        let stream = EventStream(form: form, limit: options.eventsWaiting)
        executor.stream?.close()
        executor.stream = nil
        let before = executor.state
        let hasWork = tasks(of: executor).contains { $0.isDelivered || !$0.state.isTerminal }
        let reception = executor.stored.life.subscribe(hasWork: hasWork)
        try saveLife(of: executor, since: before)
        guard reception == .welcome else {
            stream.send(.with { $0.type = .shutdown })
            stream.close()
            if before != .terminated, before != .terminating { awaitEnd(executor) }
            return stream.records
        }
        if before == .registering {
            executor.timer?.cancel()
            options.health.launchSucceeded()
        }
        executor.isBack = true
        takeArrived()
        let updates = call.unacknowledgedUpdates.map { Report($0.status, from: executor) }
        take(updates)
        for update in updates { _ = try update.fate?.get() }
        try drop(unless: Set(call.unacknowledgedTasks.map(\.taskID.value)), of: executor)
        executor.stream = stream
        send(subscribed(executor), to: executor)
        for update in updates { acknowledge(update.status, to: executor) }
        for task in tasks(of: executor) where task.isDelivered && task.isKillWanted && !task.state.isTerminal {
            sendKill(task, to: executor)
        }
        beat(executor, stream)
        deliver(executor)
        settle(executor)
        log.info("executor subscribed", metadata: fields(executor))
        if phase == .reregistering, executors.values.allSatisfy(\.isBack) { finishRecovery() }
        return stream.records
    }

    private func saveLife(of executor: Executor, since before: ExecutorLife.State) throws(Refusal) {
        guard executor.state != before else { return }
        do { try store.save(executor.stored.life, of: executor.container) } catch {
            executor.stored.life = ExecutorLife(before)
            log.error("executor not stored", metadata: ["error": "\(error)"])
            throw Refusal(status: 500, text: "The executor could not be stored: \(error.detail)")
        }
    }

    private func subscribed(_ executor: Executor) -> Mesos_V1_Executor_Event {
        .with {
            $0.type = .subscribed
            $0.subscribed.executorInfo = executor.stored.info
            $0.subscribed.frameworkInfo = frameworks[executor.stored.framework] ?? .init()
            $0.subscribed.agentInfo = agent
            $0.subscribed.containerID.value = executor.container.description
        }
    }

    /// Tasks that were sent, never spoken of, and that the executor does not know of: they got lost on the way.
    private func drop(unless known: Set<String>, of executor: Executor) throws(Refusal) {
        for task in tasks(of: executor)
        where task.isDelivered && task.state == .taskStaging && !known.contains(task.id) {
            let cause = Executor.Cause(
                state: .taskDropped, reason: .agentRestarted, message: "The task never reached its executor")
            do { try note([(status(of: task, executor, cause), key(task))]) } catch {
                throw Refusal(status: 500, text: "The update could not be stored: \(error.detail)")
            }
        }
    }

    /// What is sent to an executor that does not take it is lost; it subscribes again.
    @discardableResult
    func send(_ event: Mesos_V1_Executor_Event, to executor: Executor) -> Bool {
        guard let stream = executor.stream else { return false }
        guard !stream.send(event) else { return true }
        log.info("executor's stream has ended", metadata: fields(executor))
        executor.stream = nil
        return false
    }

    private func beat(_ executor: Executor, _ stream: EventStream) {
        executor.heart?.cancel()
        let interval = options.heartbeat
        executor.heart = Task {
            while (try? await Task.sleep(for: interval)) != nil {
                guard stream.send(.with { $0.type = .heartbeat }) else { return }
            }
        }
    }
}

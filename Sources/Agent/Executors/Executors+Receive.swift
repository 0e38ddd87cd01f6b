import FoundationEssentials
import Isolation
import Logging
import Mesos
import SwiftProtobuf

extension Executors {
    enum Reply: Sendable {
        case accepted
        case stream(AsyncStream<[UInt8]>)
    }

    typealias Refusal = ExecutorEndpoint.Refusal

    /// Takes a call that is well formed.
    ///
    func receive(
        _ call: Mesos_V1_Executor_Call, _ caller: ExecutorCaller, _ form: MediaType
    ) async throws(Refusal) -> Reply {
        guard phase == .running || phase == .reregistering else {
            throw Refusal(status: 503, text: "Agent is not ready")
        }
        let found = executor(call.frameworkID.value, call.executorID.value)
        // One that is back already is served: its updates would be lost until it subscribes again.
        if call.type != .subscribe, phase == .reregistering, found?.isBack != true {
            throw Refusal(status: 503, text: "Agent has not finished recovery")
        }
        guard frameworks[call.frameworkID.value] != nil else {
            throw Refusal(status: 400, text: "Framework cannot be found")
        }
        guard let executor = found else { throw Refusal(status: 400, text: "Executor cannot be found") }
        if case .address = caller { await learnStatus(of: executor) }
        try check(caller, executor)
        guard call.type == .subscribe || executor.state != .registering else {
            throw Refusal(status: 403, text: "Executor is not subscribed")
        }
        switch call.type {
        case .subscribe:
            await learnStatus(of: executor)
            return .stream(try subscribe(executor, call.subscribe, form))
        case .update:
            if try take([call.update.status], from: executor) { acknowledge(call.update.status, to: executor) }
        case .message:
            // There is no scheduler behind the agent's own framework.
            log.debug("message from executor has no receiver", metadata: fields(executor))
        case .unknown, .heartbeat: throw Refusal(status: 501, text: "Call type is not known here")
        }
        return .accepted
    }

    private func check(_ caller: ExecutorCaller, _ executor: Executor) throws(Refusal) {
        switch caller {
        case .token(let token):
            let own = ExecutorToken(
                framework: executor.stored.framework, executor: executor.stored.info.executorID.value,
                container: executor.container.description)
            guard token == own else { throw Refusal(status: 403, text: "The token is another executor's") }
        case .address(let address):
            let own = executor.containerStatus?.networkInfos.first?.ipAddresses.first?.ipAddress
            guard let address, address == own else {
                throw Refusal(status: 403, text: "The executor's container has another address")
            }
        case .anybody: break
        }
    }

    /// Stores what an executor says of its tasks.
    ///
    /// - Returns: whether it is to be acknowledged, which is so for repetitions and for what comes too late.
    func take(_ statuses: [Mesos_V1_TaskStatus], from executor: Executor) throws(Refusal) -> Bool {
        var isKnown = true
        for status in statuses {
            let key = TaskKey(framework: executor.stored.framework, id: status.taskID.value)
            guard let task = tasks[key], task.container == executor.container else {
                log.warning("update for a task that is not the executor's", metadata: fields(executor))
                isKnown = false
                continue
            }
            guard !task.state.isTerminal, !task.statuses.contains(where: { $0.uuid == status.uuid }) else { continue }
            do { try note(complete(status, executor), of: task) } catch {
                log.error("update not stored", metadata: ["error": "\(error)"])
                // It keeps what we did not acknowledge, and brings it again.
                executor.stream?.close()
                throw Refusal(status: 500, text: "The update could not be stored: \(error.detail)")
            }
            if status.state.isTerminal { taskEnded(executor) }
        }
        return isKnown
    }

    func acknowledge(_ status: Mesos_V1_TaskStatus, to executor: Executor) {
        send(
            .with {
                $0.type = .acknowledged
                $0.acknowledged.taskID = status.taskID
                $0.acknowledged.uuid = status.uuid
            }, to: executor)
    }

    /// Stores an update, then tells whoever follows the task.
    func note(_ status: Mesos_V1_TaskStatus, of task: StoredTask) throws(BulkheadError) {
        try store.add([(task, status)])
        var task = task
        task.state = status.state
        task.statuses = task.statuses.suffix(AgentStore.updatesOfATask - 1) + [status]
        tasks[key(task)] = task
        tell(status, of: key(task))
    }

    /// What the agent knows better than the executor.
    private func complete(_ status: Mesos_V1_TaskStatus, _ executor: Executor) -> Mesos_V1_TaskStatus {
        var status = status
        status.agentID = options.agent.id
        status.executorID = executor.stored.info.executorID
        if !status.hasTimestamp { status.timestamp = Date().timeIntervalSince1970 }
        guard let known = executor.containerStatus else { return status }
        if !status.containerStatus.hasContainerID { status.containerStatus.containerID = known.containerID }
        if status.containerStatus.networkInfos.isEmpty { status.containerStatus.networkInfos = known.networkInfos }
        return status
    }

    /// Asks once: neither address nor name of a container changes.
    private func learnStatus(of executor: Executor) async {
        guard executor.containerStatus == nil else { return }
        let address = try? await containerizer.status(of: executor.container).address
        executor.containerStatus = .with {
            $0.containerID.value = executor.container.description
            let own = place.endpoint.split(separator: ":").dropLast().joined(separator: ":")
            $0.networkInfos = [.with { $0.ipAddresses = [.with { $0.ipAddress = address ?? own }] }]
        }
    }
}

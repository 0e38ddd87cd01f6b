extension ExecutorLife {
    mutating func report(
        _ task: TaskLife, _ state: StatusUpdate.State, _ reason: StatusUpdate.Reason? = nil, message: String? = nil
    ) {
        let isOver = ![.starting, .running, .killing].contains(state)
        var extra: JSON = [:]
        if let check = task.checkStatus { extra.set("check_status", check) }
        if let isHealthy = task.isHopeless ? false : isOver ? nil : task.health.isHealthy {
            extra.set("healthy", .bool(isHealthy))
        }
        if state == .running, let container = subscription?.containerID {
            extra.set("container_status", ["container_id": container])
        }
        report(task.id, state, reason, message: message, extra)
        if isOver, hasOnlyEnded, isConnected { act(.set(.lastWords, Self.lastWordsTime)) }
    }

    mutating func report(
        _ id: String, _ state: StatusUpdate.State, _ reason: StatusUpdate.Reason?, message: String?, _ extra: JSON = [:]
    ) {
        let stamp = stamp()
        let uuid = Base64.encode(stamp.uuid)
        var status: JSON = [
            "task_id": ["value": .string(id)], "state": .string(state.rawValue), "source": "SOURCE_EXECUTOR",
            "executor_id": ["value": .string(settings.executorID)], "timestamp": .number(stamp.time),
            "uuid": .string(uuid),
        ]
        if let message { status.set("message", .string(message)) }
        if let reason { status.set("reason", .string(reason.rawValue)) }
        if case .object(let members) = extra { for member in members { status.set(member.name, member.value) } }
        let update = StatusUpdate(taskID: id, uuid: uuid, json: status)
        unacknowledged.append(update)
        act(.report(update))
    }
}

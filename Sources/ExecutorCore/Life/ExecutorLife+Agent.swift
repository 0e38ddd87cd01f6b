/// What the agent says, and what it is told.
extension ExecutorLife {
    /// The body of a SUBSCRIBE.
    package var subscribeCall: JSON {
        call(
            "SUBSCRIBE", "subscribe",
            [
                "unacknowledged_tasks": .array(unmentioned.map(\.json)),
                "unacknowledged_updates": .array(unacknowledged.map { ["status": $0.json] }),
            ])
    }

    package func updateCall(_ update: StatusUpdate) -> JSON { call("UPDATE", "update", ["status": update.json]) }

    package var heartbeatCall: JSON { call("HEARTBEAT", nil, .null) }

    private func call(_ type: String, _ member: String?, _ content: JSON) -> JSON {
        var call: JSON = [
            "type": .string(type), "executor_id": ["value": .string(settings.executorID)],
            "framework_id": ["value": .string(settings.frameworkID)],
        ]
        if let member { call.set(member, content) }
        return call
    }

    package mutating func heard(_ event: AgentEvent, at now: Duration) {
        switch event {
        case .subscribed(let subscription):
            self.subscription = subscription
            isConnected = true
            if hasOnlyEnded { act(.set(.lastWords, Self.lastWordsTime)) }
        case .launch(let task): launch(task, at: now)
        case .launchGroup(let group): launch(group, at: now)
        case .kill(let task, let grace): kill(task, grace: grace ?? live(task)?.plan.grace ?? .zero, at: now)
        case .acknowledged(let task, let uuid): acknowledged(task, uuid)
        case .shutdown: shutDown(at: now)
        case .error, .other: break
        }
    }

    /// The stream broke. Updates wait, and the end waits with them.
    package mutating func disconnected() {
        isConnected = false
        act(.cancel(.lastWords))
    }

    /// There will be no agent any more to tell.
    package mutating func abandoned(at now: Duration) {
        (isConnected, isAbandoned) = (false, true)
        shutDown(at: now)
        leaveIfDone()
    }

    private mutating func acknowledged(_ task: String, _ uuid: String) {
        guard let index = unacknowledged.firstIndex(where: { $0.uuid == uuid && $0.taskID == task }) else { return }
        unacknowledged.remove(at: index)
        unmentioned.removeAll { $0.id == task }
        leaveIfDone()
    }

    var hasOnlyEnded: Bool { wasUsed && tasks.allSatisfy { $0.state == .ended } }

    mutating func leaveIfDone() {
        if isAbandoned || unacknowledged.isEmpty, hasOnlyEnded { act(.leave) }
    }

    /// Ends all tasks. The agent ends us if we are not gone at the end of the grace period, so they have a little less.
    package mutating func shutDown(at now: Duration) {
        guard !isEnding else { return }
        isEnding = true
        act(.set(.patience, settings.shutdownGrace))
        let grace = max(.zero, settings.shutdownGrace - .seconds(2))
        for task in tasks { kill(task.id, grace: grace, at: now) }
        if !wasUsed { act(.leave) }
    }
}

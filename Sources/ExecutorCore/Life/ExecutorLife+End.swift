/// How tasks end.
extension ExecutorLife {
    /// SIGTERM now, SIGKILL after the grace period. A further kill may only shorten it.
    mutating func kill(_ id: String, grace: Duration, at now: Duration) {
        guard let task = live(id) else { return }
        if let kill = task.kill { return shorten(kill, of: id, to: grace, at: now) }
        withLive(id) { $0.kill = TaskLife.Kill(start: now, end: now + grace) }
        act(.cancel(.completion(task: id)))
        endChecks(of: id)
        guard task.state == .running else {
            return end(id, .killed, nil, message: "Task was killed before it was started", at: now)
        }
        if subscription?.knowsKilling == true, !task.ranTooLong { report(task, .killing) }
        act(.terminate(task: id))
        act(.set(.destroy(task: id), grace))
    }

    private mutating func shorten(_ kill: TaskLife.Kill, of id: String, to grace: Duration, at now: Duration) {
        let end = kill.start + grace
        guard end < kill.end else { return }
        withLive(id) { $0.kill?.end = end }
        act(.set(.destroy(task: id), max(.zero, end - now)))
    }

    /// The task's own process is gone.
    package mutating func ended(_ id: String, _ status: ExitStatus, at now: Duration) {
        guard let task = live(id) else { return }
        if task.ranTooLong {
            end(id, .failed, .tooLong, message: status.message, at: now)
        } else if task.kill != nil {
            end(id, .killed, nil, message: status.message, at: now)
        } else {
            end(id, status.code == 0 ? .finished : .failed, nil, message: status.message, at: now)
        }
    }

    mutating func end(
        _ id: String, _ state: StatusUpdate.State, _ reason: StatusUpdate.Reason?, message: String, at now: Duration
    ) {
        withLive(id) { $0.state = .ended }
        guard let task = tasks.last(where: { $0.id == id }) else { return }
        act(.cancel(.completion(task: id)))
        act(.cancel(.destroy(task: id)))
        endChecks(of: id)
        report(task, state, reason, message: message)
        if state != .finished, let group = task.group { endRest(of: group, at: now) }
        leaveIfDone()
    }

    /// A group fails together.
    private mutating func endRest(of group: Int, at now: Duration) {
        for task in tasks where task.group == group && task.state != .ended && task.kill == nil {
            kill(task.id, grace: task.plan.grace, at: now)
        }
    }

    private mutating func endChecks(of id: String) {
        act(.cancel(.check(task: id, .check)))
        act(.cancel(.check(task: id, .health)))
        act(.stopChecks(task: id))
    }
}

/// Time and checks.
extension ExecutorLife {
    package mutating func rang(_ timer: Timer, at now: Duration) {
        switch timer {
        case .destroy(let id):
            if live(id) != nil { act(.destroy(task: id)) }
        case .completion(let id):
            withLive(id) { $0.ranTooLong = true }
            kill(id, grace: .zero, at: now)
        case .check(let id, let kind):
            if let plan = live(id)?.checkPlan(kind) { act(.check(task: id, kind, plan)) }
        case .lastWords, .patience: act(.leave)
        }
    }

    package mutating func checked(_ id: String, _ kind: CheckKind, _ result: CheckResult, at now: Duration) {
        guard let task = live(id), task.state == .running, task.kill == nil, let plan = task.checkPlan(kind) else {
            return
        }
        act(.set(.check(task: id, kind), plan.interval))
        switch kind {
        case .check: found(task, CheckResult.status(of: plan.probe, result))
        case .health: judge(id, result, at: now)
        }
    }

    private mutating func found(_ task: TaskLife, _ status: JSON) {
        guard task.checkStatus != status else { return }
        withLive(task.id) { $0.checkStatus = status }
        if let task = live(task.id) { report(task, .running, .check) }
    }

    private mutating func judge(_ id: String, _ result: CheckResult, at now: Duration) {
        var verdict = HealthJudge.Verdict.unchanged
        withLive(id) { task in
            verdict = task.health.judge(result.isHealthy, at: now)
            task.isHopeless = verdict == .hopeless
        }
        guard verdict != .unchanged, let task = live(id) else { return }
        report(task, .running, .health)
        if verdict == .hopeless { kill(id, grace: task.plan.grace, at: now) }
    }
}

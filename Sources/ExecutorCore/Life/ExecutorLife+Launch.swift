extension ExecutorLife {
    mutating func launch(_ info: TaskInfo, at now: Duration) {
        guard isNew(info) else { return }
        wasUsed = true
        unmentioned.append(info)
        guard tasks.isEmpty else { return refuse(info) }
        begin([info], group: nil, at: now)
    }

    mutating func launch(_ group: [TaskInfo], at now: Duration) {
        guard group.allSatisfy(isNew) else { return }
        wasUsed = true
        unmentioned += group
        guard tasks.allSatisfy({ $0.group != nil }) else { return group.forEach { refuse($0) } }
        groupCount += 1
        begin(group, group: groupCount, at: now)
    }

    /// A task that is sent twice is run once.
    private func isNew(_ info: TaskInfo) -> Bool {
        !isEnding && !tasks.contains { $0.id == info.id } && !unmentioned.contains { $0.id == info.id }
    }

    private mutating func refuse(_ info: TaskInfo) {
        report(info.id, .failed, nil, message: "Attempted to run multiple tasks using a \"command\" executor")
    }

    private mutating func begin(_ infos: [TaskInfo], group: Int?, at now: Duration) {
        var lives: [TaskLife] = []
        for info in infos {
            do throws(PlanError) {
                lives.append(TaskLife(info, try TaskPlan(info), group: group, at: now))
            } catch { return refuse(infos, because: error, in: info.id) }
        }
        act(.cancel(.lastWords))
        tasks += lives
        for life in lives { report(life, .starting) }
        for life in lives { act(.start(task: life.id)) }
    }

    /// None of a group runs where one cannot.
    private mutating func refuse(_ infos: [TaskInfo], because error: PlanError, in id: String) {
        for info in infos {
            if info.id == id {
                report(id, .failed, .invalid, message: "Task is invalid: \(error.what)")
            } else {
                report(info.id, .killed, nil, message: "Task '\(id)' of the same group is invalid: \(error.what)")
            }
        }
        if hasOnlyEnded { act(.set(.lastWords, Self.lastWordsTime)) }
    }
}

/// What became of a start.
extension ExecutorLife {
    /// Nil where the task has ended meanwhile, with another of its group.
    package func command(toStart id: String) -> CommandPlan? { live(id)?.plan.command }

    package mutating func started(_ id: String, at now: Duration) {
        withLive(id) { task in
            task.state = .running
            task.health = HealthJudge(task.plan.health, from: now)
        }
        guard let task = live(id) else { return }
        report(task, .running)
        if let limit = task.plan.completionLimit { act(.set(.completion(task: id), limit)) }
        for kind in [CheckKind.check, .health] {
            if let plan = task.checkPlan(kind) { act(.set(.check(task: id, kind), plan.delay)) }
        }
    }

    package mutating func couldNotStart(_ id: String, _ message: String, at now: Duration) {
        end(id, .failed, .launchFailed, message: message, at: now)
    }
}

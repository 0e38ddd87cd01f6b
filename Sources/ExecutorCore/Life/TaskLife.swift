/// One task from its launch to its terminal update.
struct TaskLife: Hashable {
    enum State: Hashable { case starting, running, ended }

    /// A kill under way; a later one may only bring its end forward.
    struct Kill: Hashable {
        var start: Duration
        var end: Duration
    }

    let id: String
    let plan: TaskPlan
    /// Tasks of one group end together.
    let group: Int?
    var state = State.starting
    var kill: Kill?
    var ranTooLong = false
    var isHopeless = false
    var health: HealthJudge
    var checkStatus: JSON?

    init(_ info: TaskInfo, _ plan: TaskPlan, group: Int?, at now: Duration) {
        (id, self.plan, self.group) = (info.id, plan, group)
        health = HealthJudge(plan.health, from: now)
        checkStatus = plan.check.map { CheckResult.status(of: $0.probe, nil) }
    }

    func checkPlan(_ kind: CheckKind) -> CheckPlan? {
        switch kind {
        case .check: plan.check
        case .health: plan.healthCheck
        }
    }
}

package enum CheckKind: Hashable, Sendable { case check, health }

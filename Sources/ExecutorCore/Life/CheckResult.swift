/// What one check found.
package enum CheckResult: Hashable, Sendable {
    case exited(Int32)
    case answered(Int)
    case connected(Bool)
    /// It could not be carried out, or took too long.
    case failed(String)

    /// By the rules of a health check.
    var isHealthy: Bool {
        switch self {
        case .exited(let code): code == 0
        case .answered(let status): (200..<400).contains(status)
        case .connected(let done): done
        case .failed: false
        }
    }

    /// A `CheckStatusInfo`; without a result its inner message is empty.
    static func status(of probe: CheckPlan.Probe, _ result: CheckResult?) -> JSON {
        var inner: JSON = [:]
        switch result {
        case .exited(let code): inner = ["exit_code": .integer(Int64(code))]
        case .answered(let status): inner = ["status_code": .integer(Int64(status))]
        case .connected(let done): inner = ["succeeded": .bool(done)]
        case .failed, nil: break
        }
        switch probe {
        case .command: return ["type": "COMMAND", "command": inner]
        case .http: return ["type": "HTTP", "http": inner]
        case .tcp: return ["type": "TCP", "tcp": inner]
        }
    }
}

/// Judges a task by its health checks, one after the other.
struct HealthJudge: Hashable {
    enum Verdict: Hashable { case unchanged, healthy, sick, hopeless }

    let rules: TaskPlan.HealthRules
    let start: Duration
    private(set) var isHealthy: Bool?
    private var failures: Int64 = 0
    private var hasSucceeded = false

    init(_ rules: TaskPlan.HealthRules, from start: Duration) { (self.rules, self.start) = (rules, start) }

    mutating func judge(_ isGood: Bool, at now: Duration) -> Verdict {
        if isGood {
            (failures, hasSucceeded) = (0, true)
            defer { isHealthy = true }
            return isHealthy == true ? .unchanged : .healthy
        }
        if !hasSucceeded, rules.grace > .zero, now - start <= rules.grace { return .unchanged }
        failures += 1
        defer { isHealthy = false }
        if failures >= rules.failureLimit { return .hopeless }
        return isHealthy == false ? .unchanged : .sick
    }
}

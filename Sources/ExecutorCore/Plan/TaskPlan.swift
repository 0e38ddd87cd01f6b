/// A `TaskInfo` as it came. Whether we can run it is another question.
package struct TaskInfo: Hashable, Sendable {
    package var id: String
    package var json: JSON

    init?(_ json: JSON?) {
        guard let json, let id = json["task_id"]?["value"]?.text else { return nil }
        (self.id, self.json) = (id, json)
    }
}

/// What of a `TaskInfo` matters to who runs it.
package struct TaskPlan: Hashable, Sendable {
    package static let standardGrace = Duration.seconds(3)

    package var command: CommandPlan
    package var grace: Duration
    package var completionLimit: Duration?
    package var check: CheckPlan?
    package var healthCheck: CheckPlan?
    /// How long failures do not count, and how many in a row are too many.
    package var health: HealthRules

    package struct HealthRules: Hashable, Sendable {
        package var grace: Duration
        package var failureLimit: Int64
    }

    init(_ info: TaskInfo) throws(PlanError) {
        let json = info.json
        guard let commandInfo = json["command"] else { throw PlanError("task without a command") }
        var command = try CommandPlan(commandInfo)
        if let role = json["resources"]?.items?.first?["allocation_info"]?["role"]?.text {
            command.environment.append(.init(name: "MESOS_ALLOCATION_ROLE", value: role))
        }
        self.command = command
        grace = MesosDuration.info(json["kill_policy"]?["grace_period"]) ?? Self.standardGrace
        completionLimit = MesosDuration.info(json["max_completion_time"])
        if let info = json["check"] { check = try CheckPlan(check: info, of: command) }
        let info = json["health_check"]
        if let info { healthCheck = try CheckPlan(healthCheck: info, of: command) }
        health = HealthRules(
            grace: MesosDuration.seconds(info?["grace_period_seconds"]?.real ?? 10),
            failureLimit: info?["consecutive_failures"]?.whole ?? 3)
    }
}

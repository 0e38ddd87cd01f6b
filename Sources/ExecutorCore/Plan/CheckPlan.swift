/// What a check and a health check have in common, with Mesos' defaults.
package struct CheckPlan: Hashable, Sendable {
    package enum Probe: Hashable, Sendable {
        case command(CommandPlan)
        case http(port: UInt16, path: String, isIPv6: Bool)
        case tcp(port: UInt16, isIPv6: Bool)
    }

    package var probe: Probe
    package var delay: Duration
    /// Between the end of one and the start of the next.
    package var interval: Duration
    /// Nil: as long as it takes.
    package var timeout: Duration?

    init(check info: JSON, of task: CommandPlan) throws(PlanError) {
        switch info["type"]?.text {
        case "COMMAND": probe = .command(try Self.command(info["command"]?["command"], of: task))
        case "HTTP": probe = try Self.http(info["http"])
        case "TCP": probe = try Self.tcp(info["tcp"])
        case let other: throw PlanError("check of unknown type \(other ?? "(none)")")
        }
        (delay, interval, timeout) = try Self.times(info)
    }

    /// A health check may have no type: then it is a command's or that of HTTP.
    init(healthCheck info: JSON, of task: CommandPlan) throws(PlanError) {
        let fallback = info["command"] != nil ? "COMMAND" : info["http"] != nil ? "HTTP" : nil
        switch info["type"]?.text ?? fallback {
        case "COMMAND": probe = .command(try Self.command(info["command"], of: task))
        case "HTTP": probe = try Self.http(info["http"])
        case "TCP": probe = try Self.tcp(info["tcp"])
        case let other: throw PlanError("health check of unknown type \(other ?? "(none)")")
        }
        (delay, interval, timeout) = try Self.times(info)
    }

    /// With the task's user and variables, its own in front.
    private static func command(_ info: JSON?, of task: CommandPlan) throws(PlanError) -> CommandPlan {
        guard let info else { throw PlanError("check without a command") }
        var plan = try CommandPlan(info)
        plan.user = plan.user ?? task.user
        plan.environment = task.environment + plan.environment
        return plan
    }

    private static func http(_ info: JSON?) throws(PlanError) -> Probe {
        if let scheme = info?["scheme"]?.text, scheme != "http" {
            throw PlanError("check by \(scheme) is not supported")
        }
        let path = info?["path"]?.text ?? "/"
        guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw PlanError("check of an unusable path") }
        return .http(port: try port(info), path: path.hasPrefix("/") ? path : "/" + path, isIPv6: isIPv6(info))
    }

    private static func tcp(_ info: JSON?) throws(PlanError) -> Probe {
        .tcp(port: try port(info), isIPv6: isIPv6(info))
    }

    private static func port(_ info: JSON?) throws(PlanError) -> UInt16 {
        guard let port = info?["port"]?.whole.flatMap(UInt16.init(exactly:)), port > 0 else {
            throw PlanError("check without a usable port")
        }
        return port
    }

    private static func isIPv6(_ info: JSON?) -> Bool { info?["protocol"]?.text == "IPv6" }

    private static func times(_ info: JSON) throws(PlanError) -> (Duration, Duration, Duration?) {
        func seconds(_ name: String, _ fallback: Double) throws(PlanError) -> Duration {
            let count = info[name]?.real ?? fallback
            guard count >= 0 else { throw PlanError("check with negative \(name)") }
            return MesosDuration.seconds(count)
        }
        let timeout = try seconds("timeout_seconds", 20)
        return (
            try seconds("delay_seconds", 15), try seconds("interval_seconds", 10), timeout == .zero ? nil : timeout
        )
    }
}

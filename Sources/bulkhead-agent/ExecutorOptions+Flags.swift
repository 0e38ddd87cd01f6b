import Agent
import Foundation
import Isolation
import Mesos
import SwiftProtobuf

extension ExecutorOptions {
    /// - Throws: ``BulkheadError`` with `badOption`.
    init(_ flags: FlagValues, agent: Mesos_V1_AgentInfo) throws(BulkheadError) {
        self.init(agent: agent)
        registrationTimeout = flags.duration("executor_registration_timeout")
        reregistrationTimeout = flags.duration("executor_reregistration_timeout")
        shutdownGrace = flags.duration("executor_shutdown_grace_period")
        recoveryTimeout = flags.duration("recovery_timeout")
        // An executor that tries less often than it is waited for would be lost.
        subscriptionBackoff = min(subscriptionBackoff, reregistrationTimeout / 5)
        endedExecutors = flags.integer("max_completed_executors_per_framework")
        needsToken = flags.isTrue("authenticate_http_executors")
        isStrict = flags.isTrue("strict")
        var limits = LaunchHealth.Options()
        limits.limit = flags.integer("launch_failure_limit")
        limits.backOff = flags.duration("launch_failure_backoff")
        health = LaunchHealth(limits)
        environment = try flags["executor_environment_variables"].map(Self.variables) ?? []
        defaultContainer = try flags["default_container_info"].map(Self.container)
    }

    private static func variables(_ text: String) throws(BulkheadError) -> [TaskCommand.Variable] {
        guard let values = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)) else {
            // Not the text itself: it may hold secrets.
            throw FlagValues.bad(
                "--executor_environment_variables", "it is no JSON object of strings", "write {\"NAME\":\"VALUE\"}")
        }
        if let name = values.keys.sorted().first(where: { $0.isEmpty || $0.contains("=") || $0.contains("\0") }) {
            throw FlagValues.bad(
                "--executor_environment_variables", "“\(name)” is no variable's name", "use a name without “=”")
        }
        return values.sorted { $0.key < $1.key }.map { TaskCommand.Variable(name: $0.key, value: $0.value) }
    }

    private static func container(_ text: String) throws(BulkheadError) -> Mesos_V1_ContainerInfo {
        let flag = "--default_container_info"
        let info: Mesos_V1_ContainerInfo
        do { info = try MesosJSON.decode(from: Array(text.utf8)) } catch {
            throw FlagValues.bad(flag, "it is no ContainerInfo: \(error)", "write {\"type\":\"MESOS\",\"mesos\":{…}}")
        }
        try ExecutorOptions.check(info, flag)
        return info
    }
}

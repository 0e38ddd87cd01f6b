import Isolation
import Mesos

/// The variables that tell an executor who it is and where its agent is.
struct ExecutorEnvironment {
    var agentID: String
    var options: ExecutorOptions
    var secret: ExecutorSecret?

    func variables(_ executor: StoredExecutor, _ framework: Mesos_V1_FrameworkInfo, _ place: any ExecutorPlace)
        -> [TaskCommand.Variable]
    {
        let sandbox = place.sandbox(of: executor.container)
        var values = [
            ("MESOS_FRAMEWORK_ID", executor.framework), ("MESOS_EXECUTOR_ID", executor.info.executorID.value),
            ("MESOS_SLAVE_ID", agentID), ("MESOS_SLAVE_PID", "slave(1)@\(place.endpoint)"),
            ("MESOS_AGENT_ENDPOINT", place.endpoint), ("MESOS_DIRECTORY", sandbox), ("MESOS_SANDBOX", sandbox),
            ("MESOS_CHECKPOINT", framework.checkpoint ? "1" : "0"), ("MESOS_HTTP_COMMAND_EXECUTOR", "1"),
            ("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", MesosDuration.text(executor.info.grace ?? options.shutdownGrace)),
            // Of the guest's own choice: nobody connects to it.
            ("LIBPROCESS_PORT", "0"), ("LIBPROCESS_IP", "0.0.0.0"),
        ]
        if framework.checkpoint {
            values.append(("MESOS_RECOVERY_TIMEOUT", MesosDuration.text(options.recoveryTimeout)))
            values.append(("MESOS_SUBSCRIPTION_BACKOFF_MAX", MesosDuration.text(options.subscriptionBackoff)))
        }
        if let secret {
            let token = ExecutorToken(
                framework: executor.framework, executor: executor.info.executorID.value,
                container: executor.container.description)
            values.append(("MESOS_EXECUTOR_AUTHENTICATION_TOKEN", token.signed(with: secret)))
        }
        return values.map { TaskCommand.Variable(name: $0.0, value: $0.1) }
    }
}

extension Mesos_V1_ExecutorInfo {
    /// How long it may take to end after SHUTDOWN, where it says so.
    var grace: Duration? { hasShutdownGracePeriod ? .nanoseconds(shutdownGracePeriod.nanoseconds) : nil }
}

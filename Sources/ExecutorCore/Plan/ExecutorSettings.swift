/// What the agent tells an executor by its environment.
package struct ExecutorSettings: Hashable, Sendable {
    package static let tokenVariable = "MESOS_EXECUTOR_AUTHENTICATION_TOKEN"

    package var frameworkID: String
    package var executorID: String
    package var endpoint: Endpoint
    /// Where tasks start; nil leaves them where the executor was started.
    package var sandbox: String?
    /// Whether to outlive the agent's absence.
    package var checkpoints: Bool
    package var recoveryTimeout: Duration
    package var backoffLimit: Duration
    package var shutdownGrace: Duration
    package var token: String?

    package struct Failure: Error, CustomStringConvertible {
        package var variable: String
        package var what: String
        package var description: String { "\(variable) \(what)" }
    }

    package init(_ environment: [String: String]) throws(Failure) {
        func needed(_ name: String) throws(Failure) -> String {
            guard let value = environment[name], !value.isEmpty else {
                throw Failure(variable: name, what: "is not set")
            }
            return value
        }
        func duration(_ name: String, _ fallback: Duration) throws(Failure) -> Duration {
            guard let text = environment[name] else { return fallback }
            guard let value = MesosDuration.read(text) else {
                throw Failure(variable: name, what: "is no duration: \(text)")
            }
            return value
        }
        frameworkID = try needed("MESOS_FRAMEWORK_ID")
        executorID = try needed("MESOS_EXECUTOR_ID")
        let address = try needed("MESOS_AGENT_ENDPOINT")
        guard let endpoint = Endpoint(address) else {
            throw Failure(variable: "MESOS_AGENT_ENDPOINT", what: "is no address with a port: \(address)")
        }
        self.endpoint = endpoint
        sandbox = environment["MESOS_SANDBOX"]
        checkpoints = ["1", "true"].contains(environment["MESOS_CHECKPOINT"])
        recoveryTimeout = try duration("MESOS_RECOVERY_TIMEOUT", .seconds(15 * 60))
        backoffLimit = try duration("MESOS_SUBSCRIPTION_BACKOFF_MAX", .seconds(2))
        shutdownGrace = try duration("MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", .seconds(5))
        token = environment[Self.tokenVariable]
        if let token, token.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }) {
            throw Failure(variable: Self.tokenVariable, what: "holds what no token holds")
        }
    }
}

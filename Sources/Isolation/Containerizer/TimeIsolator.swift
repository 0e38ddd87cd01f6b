import FoundationEssentials

/// Ends a command that runs longer than its configuration allows, by the host's clock; a restart of ours changes nothing.
public struct TimeIsolator: Isolator {
    public let name: String
    private let grace: Duration

    /// - Parameters:
    ///   - name: `vm/time`, `process/time`, …: after the launcher.
    ///   - grace: between SIGTERM and the end.
    public init(name: String, grace: Duration = .seconds(5)) {
        self.name = name
        self.grace = grace
    }

    public func watch(_ container: ContainerContext) async throws -> Limitation? {
        guard let limit = container.config.timeLimit else { return nil }
        let now = Date().timeIntervalSince1970
        let started = container.record.commandStarted.map(Double.init) ?? now
        let elapsed = Duration.seconds(max(0, now - started))
        try await Task.sleep(for: max(limit - elapsed, .zero))
        return Limitation(.time, evidence: "the command ran for its limit of \(limit)", grace: grace)
    }
}

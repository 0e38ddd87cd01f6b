import Isolation
import VMIsolation

/// What a container may reach: what it asks for, within what the operator allows.
struct EgressChoice: Sendable {
    /// Of those that ask for nothing.
    private let standard: EgressPolicy
    private let limit: EgressPolicy
    /// Nil where a way out could be given: why it cannot.
    private let obstacle: String?

    /// - Throws: ``BulkheadError`` with `badOption`.
    init(_ flags: FlagValues, _ isolation: IsolationList) throws(BulkheadError) {
        obstacle =
            isolation.launcher != .vm
            ? "this agent starts no virtual machines"
            : flags["vm_network"].map { "guests are on network “\($0)”, and get what it gives" }
        if let obstacle, let name = ["egress", "egress_limit"].first(where: flags.isGiven) {
            throw FlagValues.bad("--\(name)", obstacle, "leave it out")
        }
        standard = try Self.policy("egress", flags) ?? .nothing
        limit = try Self.policy("egress_limit", flags) ?? standard
        do { try standard.check(within: limit, besides: []) } catch {
            throw FlagValues.bad("--egress_limit \(limit)", "--egress \(standard) is more than that", "raise it")
        }
    }

    private static func policy(_ name: String, _ flags: FlagValues) throws(BulkheadError) -> EgressPolicy? {
        guard let text = flags[name] else { return nil }
        do { return try EgressPolicy(text) } catch {
            throw FlagValues.bad("--\(name) “\(text)”", "\(error.subject): \(error.detail)", error.remedy)
        }
    }

    /// Whether any container may have one.
    var isPossible: Bool { limit != .nothing }

    /// - Throws: ``BulkheadError`` with `badOption` or `egressRefused`.
    func policy(_ wish: String?) throws(BulkheadError) -> EgressPolicy {
        guard let wish else { return standard }
        if let obstacle { throw BulkheadError(.badOption, "egress “\(wish)”", obstacle, remedy: "leave it out") }
        let policy = try EgressPolicy(wish)
        try policy.check(within: limit, besides: Subnet.ofThisHost)
        return policy
    }
}

public import Isolation
import Logging
import Mesos

/// What may have changed of an agent that keeps its id. Source: Mesos' `--reconfiguration_policy`.
public enum Reconfiguration: String, CaseIterable, Sendable {
    case equal
    /// Resources may grow, attributes and a domain may be added.
    case additive

    /// - Returns: what has changed that may not have; nil where nothing has.
    func complaint(from old: Mesos_V1_AgentInfo, to new: Mesos_V1_AgentInfo) -> String? {
        guard old.hostname == new.hostname else { return "its hostname was \(old.hostname)" }
        guard old.port == new.port else { return "its port was \(old.port)" }
        switch self {
        case .equal:
            if old.resources != new.resources { return "its resources were \(Self.words(old.resources))" }
            if old.attributes != new.attributes { return "its attributes were others" }
            if old.hasDomain != new.hasDomain || old.domain != new.domain { return "its domain was another" }
        case .additive:
            for resource in old.resources {
                let now = new.resources.first { $0.name == resource.name }?.scalar.value ?? 0
                guard now >= resource.scalar.value else { return "it had \(resource.scalar.value) of \(resource.name)" }
            }
            if !old.attributes.allSatisfy(new.attributes.contains) { return "an attribute is gone or another" }
            if old.hasDomain, old.domain != new.domain { return "its domain was another" }
        }
        return nil
    }

    private static func words(_ resources: [Mesos_V1_Resource]) -> String {
        resources.map { "\($0.name):\($0.scalar.value)" }.joined(separator: ";")
    }
}

extension Executors {
    /// Whether the agent may register as what it is now. One of which nothing is left here may be another: it gets a new id.
    /// To be asked once, after ``recover()``.
    ///
    /// - Parameter port: where the master reaches it.
    /// - Throws: ``BulkheadError`` with `stateUnusable`.
    public func check(_ policy: Reconfiguration, port: Int) throws(BulkheadError) {
        let now = info(port: port)
        if let why = CheckpointedResources(membership.resources).complaint(within: now.resources) {
            throw BulkheadError(
                .stateUnusable, "agent", "it is too small for its reservations: \(why)",
                remedy: "give it more --resources, or take the reservations back before")
        }
        guard let old = membership.agent, let why = policy.complaint(from: old, to: now) else { return }
        let isIdle = streams.isEmpty && executors.values.allSatisfy { !isRemote($0.stored.framework) || $0.state == .terminated }
        guard isIdle else {
            throw BulkheadError(
                .stateUnusable, "agent \(old.id.value)", "it is not what it registered as: \(why)",
                remedy: "start it as before, with --reconfiguration_policy=additive, or with --recover=cleanup first")
        }
        try change { $0.agent = nil }
        log.warning("registering as a new agent", metadata: ["former": "\(old.id.value)", "why": "\(why)"])
    }
}

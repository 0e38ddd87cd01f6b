import Mesos
import SwiftProtobuf

/// Dynamic reservations and persistent volumes, as the master keeps them for this agent.
struct CheckpointedResources {
    /// What two resources must have in common to be one larger one.
    private struct Kind: Hashable {
        var name: String
        var reservations: [Mesos_V1_Resource.ReservationInfo]
        var volume: String?
    }

    let resources: [Mesos_V1_Resource]

    init(_ resources: [Mesos_V1_Resource]) { self.resources = resources }

    /// - Returns: in words, what of these is reserved or a volume, and not here; nil where nothing is.
    func missing(from wanted: [Mesos_V1_Resource]) -> String? {
        let have = Self.sums(resources)
        for (kind, amount) in Self.sums(wanted) where Self.isDynamic(kind) {
            guard let here = have[kind] else { return "The agent does not have \(Self.words(kind))" }
            guard amount <= here + 0.0005 else { return "The agent has \(here) of \(Self.words(kind)), not \(amount)" }
        }
        return nil
    }

    /// - Parameter total: of the agent, without any reservation made later.
    /// - Returns: why they cannot be part of it; nil where they can.
    func complaint(within total: [Mesos_V1_Resource]) -> String? {
        var sums: [String: Double] = [:]
        for resource in resources {
            guard resource.type == .scalar, resource.scalar.value.isFinite, resource.scalar.value >= 0 else {
                return "\(resource.name) is no amount"
            }
            sums[resource.name, default: 0] += resource.scalar.value
        }
        for (name, amount) in sums {
            let here = total.filter { $0.name == name }.reduce(0) { $0 + $1.scalar.value }
            guard amount <= here + 0.0005 else { return "\(amount) of \(name) are reserved, and there are \(here)" }
        }
        let volumes = volumes.map(\.id)
        return Set(volumes).count == volumes.count ? nil : "two volumes have one id"
    }

    /// Each with the role that it belongs to.
    var volumes: [(role: String, id: String)] {
        resources.compactMap { resource in
            guard resource.disk.hasPersistence else { return nil }
            return (Self.reservations(of: resource).last?.role ?? "*", resource.disk.persistence.id)
        }
    }

    private static func sums(_ resources: [Mesos_V1_Resource]) -> [Kind: Double] {
        var sums: [Kind: Double] = [:]
        for resource in resources {
            let kind = Kind(
                name: resource.name, reservations: reservations(of: resource),
                volume: resource.disk.hasPersistence ? resource.disk.persistence.id : nil)
            sums[kind, default: 0] += resource.scalar.value
        }
        return sums
    }

    /// Both of Mesos' forms as the newer one.
    private static func reservations(of resource: Mesos_V1_Resource) -> [Mesos_V1_Resource.ReservationInfo] {
        guard resource.reservations.isEmpty, resource.hasRole, resource.role != "*" else { return resource.reservations }
        var only = resource.reservation
        only.role = resource.role
        only.type = resource.hasReservation ? .dynamic : .static
        return [only]
    }

    private static func isDynamic(_ kind: Kind) -> Bool {
        kind.volume != nil || kind.reservations.contains { $0.type == .dynamic }
    }

    private static func words(_ kind: Kind) -> String {
        let role = kind.reservations.last?.role ?? "*"
        return kind.volume.map { "the volume “\($0)” of role “\(role)”" } ?? "\(kind.name) reserved for role “\(role)”"
    }
}

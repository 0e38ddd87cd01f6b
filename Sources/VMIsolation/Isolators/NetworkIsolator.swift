import Foundation
import Isolation
import Libvirt

/// `vm/network`: one interface on a network of ours or a named one; its MAC, reservation, lease and release.
/// docs/isolators/network.md
struct NetworkIsolator: Isolator {
    let name = "vm/network"
    let link: HostLink
    let ledger: Ledger
    let state: StateDirectory
    /// Directory of `network.xml`.
    let templates: String
    /// Nil: our own.
    let network: String?
    /// Of containers that name none.
    var rates = RateLimits()

    func prepare(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        let egress = container.config.egress
        let network = try await active(self.network != nil ? .foreign : egress == nil ? .closed : .open)
        let taken: Reservation
        var filter: DomainPlan.Filter?
        if network.isOurs {
            taken = try ledger.takeAddress(of: network.name, for: container.id)
            if let egress { try await Forwarding.check(network, for: egress) }
            filter = try await enclose(network, taken, egress)
        } else {
            do { try await network.checkRoom() } catch let error as LibvirtError {
                throw error.named("network", .networkRefused)
            }
            taken = Reservation(mac: GuestNetwork.randomMAC(), address: nil)
            try ledger.recordAddress(taken, of: network.name, for: container.id)
        }
        var plan = plan
        plan.interface = .init(
            mac: taken.mac, network: network.name, isolated: true, port: network.port(taken.address, ledger.owner))
        plan.interface?.filter = filter
        plan.rates.networkBytesPerSecond =
            container.config.rates.networkBytesPerSecond ?? rates.networkBytesPerSecond
        return plan
    }

    /// Sees that walls stand around a network of ours.
    ///
    /// - Returns: libvirt's filter instead, for callers who may not use nftables. There is none with a way out.
    private func enclose(
        _ network: GuestNetwork, _ taken: Reservation, _ egress: EgressPolicy?
    ) async throws -> DomainPlan.Filter? {
        let walls = try walls(around: network)
        guard egress == nil else {
            try await walls.renew()
            return nil
        }
        guard !PacketFilter.isAllowed, let address = taken.address else {
            try await walls.stand()
            return nil
        }
        let filter = GuestFilter(connection: try await link.connect().connection, owner: ledger.owner)
        try await filter.define(from: templates)
        return .init(name: filter.name, address: address)
    }

    /// Makes a network of ours where it is missing, or stopped.
    func active(_ kind: GuestNetwork.Kind) async throws -> GuestNetwork {
        let connection = try await link.connect().connection
        do {
            if let network { return try await .foreign(network, on: connection) }
            return try await own(kind, connection).active()
        } catch let error as LibvirtError { throw error.named("network", .networkRefused) }
    }

    private func own(_ kind: GuestNetwork.Kind, _ connection: Connection) throws(BulkheadError) -> OwnNetwork {
        OwnNetwork(
            connection: connection, ledger: ledger, state: state,
            template: try NetworkTemplate.builtIn(in: templates), kind: kind)
    }

    /// Of a network of ours.
    func walls(around network: GuestNetwork) throws(BulkheadError) -> NetworkWalls {
        try NetworkWalls(ledger: ledger, state: state, around: network, templates: templates)
    }

    /// Waits for the guest's lease.
    func isolate(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        guard let taken = try ledger.address(of: container.id) else { return plan }
        let host = try await link.connect()
        let search = LeaseSearch(
            mac: taken.reservation.mac, network: taken.network, reserved: taken.reservation.address, since: Date())
        let network: Network
        do { network = try await host.connection.network(named: taken.network) } catch let error as LibvirtError {
            throw error.named("network \(taken.network)")
        }
        var plan = plan
        let address: String
        do {
            address = try await container.clock.run(.lease, timeout: { search.timeout() }) {
                try await search.run { try await network.leases(mac: search.mac) }
            }
        } catch let error as BulkheadError where error.reason == .leaseTimeout {
            throw await explained(error, network)
        }
        plan.address = address
        if taken.reservation.address == nil {
            try ledger.recordAddress(
                Reservation(mac: search.mac, address: address), of: taken.network, for: container.id)
        }
        if let xml = try? await network.xml(),
            let bridge = try? NetworkDescription(xml: xml, name: taken.network).bridge
        {
            NeighbourHint.give(address: address, mac: search.mac, bridge: bridge)
        }
        return plan
    }

    /// Another firewall of the host may drop what guests ask its DHCP server.
    private func explained(_ error: BulkheadError, _ network: Network) async -> BulkheadError {
        guard let guests = try? await GuestNetwork(network, .foreign), let rules = try? await PacketFilter().ruleset(),
            let finding = GuestNeed.dhcp.obstacle(in: rules, for: guests)
        else { return error }
        var error = error
        error.evidence.append(finding.words)
        error.remedy = finding.remedy
        return error
    }

    /// A guest keeps its address for as long as it runs.
    func recover(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        guard let taken = try ledger.address(of: container.id) else { return plan }
        var plan = plan
        plan.interface = .init(mac: taken.reservation.mac, network: taken.network, isolated: true)
        plan.address = taken.reservation.address
        return plan
    }

    /// Gives the lease back in the guest's name, then the address, and closes its way out. Where that fails it leads
    /// nobody out: the next guest of this address has its own set first.
    func cleanup(_ container: ContainerContext) async throws {
        guard let taken = try ledger.address(of: container.id) else { return }
        await releaseLease(taken.reservation.mac, taken.network)
        try ledger.releaseAddress(of: container.id)
        guard container.config.egress != nil,
            let open = try? await own(.open, try await link.connect().connection).existing(starts: false)
        else { return }
        try? await walls(around: open).renew()
    }

    private func releaseLease(_ mac: String, _ name: String) async {
        guard let host = try? await link.connect(), let network = try? await host.connection.network(named: name),
            let xml = try? await network.xml(), let description = try? NetworkDescription(xml: xml, name: name),
            let leases = try? await network.leases(mac: mac)
        else { return }
        for lease in leases where !lease.isOver() {
            _ = DHCPRelease(
                server: description.gateway, address: lease.address, mac: mac, clientID: lease.clientIDBytes,
                bridge: description.bridge
            ).send()
        }
    }

    func usage(
        _ containers: [ContainerContext], _ machines: [ContainerID: MachineStatistics]
    ) async throws -> [ContainerID: ResourceUsage] {
        machines.mapValues { machine in
            var usage = ResourceUsage()
            usage.received = machine.received
            usage.sent = machine.sent
            return usage
        }
    }
}

extension GuestNetwork {
    /// Locally administered, in the range that QEMU's guests use.
    static func randomMAC() -> String {
        let bytes = (0..<3).map { _ in UInt8.random(in: 0 ... .max) }
        return "52:54:00" + bytes.map { ":" + $0.hexadecimal }.joined()
    }
}

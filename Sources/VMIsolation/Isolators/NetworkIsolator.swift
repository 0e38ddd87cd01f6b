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

    func prepare(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        let network = try await ready()
        let mac: String
        if network.isOurs {
            mac = try ledger.takeAddress(of: network.name, for: container.id).mac
        } else {
            mac = GuestNetwork.randomMAC()
            try ledger.recordAddress(Reservation(mac: mac, address: nil), of: network.name, for: container.id)
        }
        var plan = plan
        plan.interface = .init(mac: mac, network: network.name, isolated: true)
        plan.rates.networkBytesPerSecond = container.config.rates.networkBytesPerSecond
        return plan
    }

    private func ready() async throws -> GuestNetwork {
        let connection = try await link.connect().connection
        do {
            if let network { return try await .foreign(network, on: connection) }
            return try await OwnNetwork(
                connection: connection, ledger: ledger, state: state,
                template: try NetworkTemplate.builtIn(in: templates)
            ).ready()
        } catch let error as LibvirtError { throw error.named("network", .networkRefused) }
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
        let address = try await container.clock.run(.lease, timeout: { search.timeout() }) {
            try await search.run { try await network.leases(mac: search.mac) }
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

    /// A guest keeps its address for as long as it runs.
    func recover(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        guard let taken = try ledger.address(of: container.id) else { return plan }
        var plan = plan
        plan.interface = .init(mac: taken.reservation.mac, network: taken.network, isolated: true)
        plan.address = taken.reservation.address
        return plan
    }

    /// Gives the lease back in the guest's name, then the address.
    func cleanup(_ container: ContainerContext) async throws {
        guard let taken = try ledger.address(of: container.id) else { return }
        await releaseLease(taken.reservation.mac, taken.network)
        try ledger.releaseAddress(of: container.id)
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
        return "52:54:00" + bytes.map { ":" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

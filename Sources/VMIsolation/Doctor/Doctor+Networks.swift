import Foundation
import Isolation
import Libvirt

/// Networks, ours or the named one, and what keeps guests in them.
extension Doctor {
    /// - Parameter ledger: nil where there is none, or none that can be read.
    func networks(_ host: VirtualHost, _ ledger: Ledger?) async -> [Check] {
        do {
            if let network {
                let found = try await GuestNetwork.foreign(network, on: host.connection)
                try await found.checkRoom()
                return [
                    .ok("network", "“\(network)” is active on bridge \(found.bridge), its DHCP pool has room"),
                    .ok(
                        "network walls", "none of ours: guests get what “\(network)” gives, but do not reach each other"
                    ),
                ]
            }
            guard let ledger else { return [.ok("network", "our own has its name from the ledger: see there")] }
            return try await own(.closed, host, ledger) + own(.open, host, ledger)
        } catch let error as BulkheadError { return [.failure("network", error.detail, fix: error.remedy)] } catch {
            return [.failure("network", "\(error)", fix: "see libvirt's log")]
        }
    }

    private func own(_ kind: GuestNetwork.Kind, _ host: VirtualHost, _ ledger: Ledger) async throws -> [Check] {
        let own = OwnNetwork(
            connection: host.connection, ledger: ledger, state: state, template: nil, kind: kind)
        let use = try ledger.poolUse(of: own.name)
        guard let network = try? await host.connection.network(named: own.name) else {
            return kind == .open ? [] : [.ok("network", "our own, \(own.name), is made by the first run")]
        }
        guard try await network.isActive() else {
            return [.ok("network", "\(own.name) is started by the next run")]
        }
        let guests = try await GuestNetwork(network, kind)
        let subnets = guests.description.subnets
        let pool = Check.ok("DHCP pool", "\(use.free) of \(use.all) addresses free")
        let checks: [Check] = [
            .ok("network", "\(own.name) is active, bridge \(guests.bridge), \(subnets.map(\.description))"),
            use.free > 5 ? pool : .failure("DHCP pool", pool.evidence, fix: "bulkhead ps, bulkhead sweep --dry-run"),
            clash(subnets, guests.bridge), await walls(guests, ledger),
        ]
        return checks + (kind == .open ? [forwarding()] : []) + (await others(guests, ledger))
    }

    /// Other routes into our subnet take guests' packets away.
    private func clash(_ subnets: [Subnet], _ bridge: String) -> Check {
        let others = Subnet.routed(table: HostRoutes.table, besides: bridge)
        let found = others.first { other in subnets.contains { $0.overlaps(other) } }
        guard let found else { return .ok("subnet", "nothing else is routed to \(subnets.map(\.description))") }
        return .failure(
            "subnet", "another interface has a route to \(found), which overlaps \(subnets.map(\.description))",
            fix: "end guests, then: bulkhead sweep --network; the next run finds a free subnet")
    }

    private func forwarding() -> Check {
        if Forwarding.isOn { return .ok("forwarding", "net.ipv4.ip_forward is 1") }
        return .failure(
            "forwarding", "net.ipv4.ip_forward is 0: --egress leads nowhere", fix: "sysctl net.ipv4.ip_forward=1")
    }

    /// What the host's other rules keep guests from.
    private func others(_ guests: GuestNetwork, _ ledger: Ledger) async -> [Check] {
        let name = "host's other rules"
        var needs: [GuestNeed] = [.dhcp, .answers] + (guests.kind == .open ? [.wayOut, .wayBack] : [])
        do {
            let wall = try ledger.wall(of: guests.name)
            if let port = wall.port {
                needs.append(.service(address: wall.address ?? guests.description.gateway, port: port))
            }
            let rules = try await PacketFilter().ruleset()
            let found = needs.compactMap { $0.obstacle(in: rules, for: guests) }
            if found.isEmpty { return [.ok(name, "they let through what guests of \(guests.bridge) need")] }
            return found.map { .failure(name, $0.words, fix: $0.remedy) }
        } catch { return [.warning(name, "not looked at: \(error.detail)", fix: error.remedy)] }
    }

    private func walls(_ guests: GuestNetwork, _ ledger: Ledger) async -> Check {
        let (name, network) = ("network walls", guests.name)
        do {
            let walls = try NetworkWalls(ledger: ledger, state: state, around: guests, templates: templates)
            guard try await walls.areUp() else {
                return .warning(
                    name, "nftables tables \(network) are missing, or not as they were set",
                    fix:
                        "the next launch sets them; find out who flushes the host's rules, and have it leave others' tables"
                )
            }
            let repairs = try ledger.wall(of: network).repairs
            guard repairs > 0 else { return .ok(name, "nftables tables \(network) are as they were set") }
            return .warning(
                name, "nftables tables \(network) are as they were set, but had to be set anew \(repairs) times",
                fix: "find out who flushes the host's rules, and have it leave others' tables")
        } catch {
            let named = error as? BulkheadError
            return .failure(name, named?.detail ?? "\(error)", fix: named?.remedy ?? "")
        }
    }
}

import Crypto
import Foundation
import Isolation
import Libvirt

/// Makes a network of this state directory where it is missing: a bridge, a free subnet, and a pool of (MAC, address)
/// pairs that its DHCP server knows from the start. Its names come from the ledger's owner, so two state directories on
/// one host never share anything. There are two: one without a way out, and one that the host routes for.
struct OwnNetwork {
    let connection: Connection
    let ledger: Ledger
    let state: StateDirectory
    let template: NetworkTemplate?
    var kind = GuestNetwork.Kind.closed

    var name: String { "bulkhead-" + ledger.owner.prefix(8) + (kind == .open ? "-out" : "") }
    private var bridge: String { (kind == .open ? "vbout-" : "virbr-") + ledger.owner.prefix(8) }

    func active() async throws -> GuestNetwork {
        if let network = try await existing(starts: false) { return network }
        let lock = try await FileLock.wait(state.root + "/locks/.network", limit: .seconds(30))
        defer { withExtendedLifetime(lock) {} }
        if let network = try await existing(starts: true) { return network }
        return try await make()
    }

    /// - Parameter starts: where it is not active; nil otherwise.
    func existing(starts: Bool) async throws -> GuestNetwork? {
        let network: Network
        do { network = try await connection.network(named: name) } catch let error as LibvirtError
            where error.code == .noNetwork
        {
            return nil
        }
        guard try ledger.poolUse(of: name).all > 0 else { return nil }
        if try await network.isActive() { return try await GuestNetwork(network, kind) }
        // One that is stopped has no guests: where it would be another by now, it is made anew.
        guard starts, try await isAsMadeNow(network) else { return nil }
        try await start(network)
        return try await GuestNetwork(network, kind)
    }

    /// libvirt switches routing of IPv6 on for a network that has it.
    private func isAsMadeNow(_ network: Network) async throws -> Bool {
        guard kind == .open else { return true }
        let found = try NetworkDescription(xml: await network.xml(), name: name)
        return found.hasNames && (found.subnet(.six) != nil) == Forwarding.isOn6
    }

    private func make() async throws -> GuestNetwork {
        if let old = try? await connection.network(named: name) { try await remove(old) }
        let seed = Array(SHA256.hash(data: Data(ledger.owner.utf8)))
        let number = seed.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard let subnet = Subnet.free(seed: number, avoiding: try await taken()) else {
            throw BulkheadError(
                .networkRefused, "network “\(name)”", "no /24 of 10.128.0.0/9 is free",
                remedy: "name a network: --network")
        }
        let prefix = "52:54:00:" + (kind == .open ? seed[6...7] : seed[4...5]).map(\.hexadecimal).joined(separator: ":")
        let pool = (2...254).map { number in
            Reservation(mac: "\(prefix):\(UInt8(number).hexadecimal)", address: subnet.host(UInt128(number)))
        }
        var plan = NetworkPlan(
            name: name, owner: ledger.owner, bridge: bridge, address: subnet.host(1), netmask: "255.255.255.0",
            pool: pool.compactMap { pair in pair.address.map { .init(mac: pair.mac, ip: $0) } },
            leaseMinutes: GuestNetwork.leaseSeconds / 60, isOpen: kind == .open)
        try ledger.replacePool(of: name, with: pool)
        guard kind == .open, Forwarding.isOn6 else { return try await make(plan) }
        plan.address6 = Subnet.uniqueLocal(seed: seed[8...]).host(1)
        // libvirt does not take it where the host would forget routes that it was told by routers.
        do { return try await make(plan) } catch is LibvirtError {
            if let refused = try? await connection.network(named: name) { try await remove(refused) }
            plan.address6 = nil
            return try await make(plan)
        }
    }

    private func make(_ plan: NetworkPlan) async throws -> GuestNetwork {
        guard let xml = try template?.render(plan) else { throw CancellationError() }
        let network = try await connection.defineNetwork(xml: xml)
        try await start(network)
        return try await GuestNetwork(network, kind)
    }

    /// Under the lock: no other launch starts it meanwhile. Somebody else may, and has then done what we want.
    private func start(_ network: Network) async throws {
        do { try await network.create() } catch let error as LibvirtError {
            if try await network.isActive() { return }
            guard StrayBridge(name: bridge, network: name).remove() else { throw error }
            try await network.create()
        }
    }

    /// Takes the network away, and then its walls; its guests must be gone.
    func remove(_ network: Network) async throws {
        if try await network.isActive() { try await network.destroy() }
        if try await network.isPersistent() { try await network.undefine() }
        if PacketFilter.isAllowed { try await PacketFilter().remove(name) }
    }

    /// Subnets that this host routes or that another network of libvirt's has.
    private func taken() async throws -> [Subnet] {
        var subnets = Subnet.routed(table: HostRoutes.table)
        for network in try await connection.networks() {
            subnets += (try? NetworkDescription(xml: await network.xml(), name: network.name))?.subnets ?? []
        }
        return subnets
    }
}

import Crypto
import Foundation
import Isolation
import Libvirt

/// Makes the network of this state directory where it is missing: a bridge without a way out, a free subnet, and a
/// pool of (MAC, address) pairs that its DHCP server knows from the start. Both names come from the ledger's owner,
/// so two state directories on one host never share anything.
struct OwnNetwork {
    let connection: Connection
    let ledger: Ledger
    let state: StateDirectory
    let template: NetworkTemplate?

    var name: String { "bulkhead-" + ledger.owner.prefix(8) }
    private var bridge: String { "virbr-" + ledger.owner.prefix(8) }

    /// The network, with an address to spare.
    func ready() async throws -> GuestNetwork {
        let network = try await active()
        let use = try ledger.poolUse(of: name)
        guard use.free > 0 else {
            throw BulkheadError(
                .networkFull, "network “\(name)”", "all \(use.all) addresses of its pool belong to guests",
                remedy: "wait for guests to end, or look for forgotten ones: bulkhead ps, bulkhead sweep --dry-run")
        }
        return network
    }

    func active() async throws -> GuestNetwork {
        if let network = try await existing(starts: false) { return network }
        let lock = try await FileLock.wait(state.root + "/locks/.network", limit: .seconds(30))
        defer { withExtendedLifetime(lock) {} }
        if let network = try await existing(starts: true) { return network }
        return try await make()
    }

    /// - Parameter starts: where it is not active; nil otherwise.
    private func existing(starts: Bool) async throws -> GuestNetwork? {
        let network: Network
        do { network = try await connection.network(named: name) } catch let error as LibvirtError
            where error.code == .noNetwork
        {
            return nil
        }
        guard try ledger.poolUse(of: name).all > 0 else { return nil }
        if try await !network.isActive() {
            guard starts else { return nil }
            try await start(network)
        }
        let description = try NetworkDescription(xml: await network.xml(), name: name)
        return GuestNetwork(
            name: name, network: network, bridge: description.bridge, gateway: description.gateway, isOurs: true)
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
        let prefix = "52:54:00:" + seed[4...5].map { hex($0) }.joined(separator: ":")
        let pool = (2...254).map { Reservation(mac: "\(prefix):\(hex(UInt8($0)))", address: subnet.host(UInt32($0))) }
        let plan = NetworkPlan(
            name: name, owner: ledger.owner, bridge: bridge, address: subnet.host(1), netmask: "255.255.255.0",
            pool: pool.compactMap { pair in pair.address.map { .init(mac: pair.mac, ip: $0) } },
            leaseMinutes: GuestNetwork.leaseSeconds / 60)
        try ledger.replacePool(of: name, with: pool)
        guard let xml = try template?.render(plan) else { throw CancellationError() }
        let network = try await connection.defineNetwork(xml: xml)
        try await start(network)
        return GuestNetwork(name: name, network: network, bridge: bridge, gateway: subnet.host(1), isOurs: true)
    }

    /// Under the lock: no other launch starts it meanwhile. Somebody else may, and has then done what we want.
    private func start(_ network: Network) async throws {
        do { try await network.create() } catch let error as LibvirtError {
            if try await network.isActive() { return }
            guard StrayBridge(name: bridge, network: name).remove() else { throw error }
            try await network.create()
        }
    }

    private func hex(_ byte: UInt8) -> String { String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }

    /// Takes the network away, its guests must be gone.
    func remove(_ network: Network) async throws {
        if try await network.isActive() { try await network.destroy() }
        if try await network.isPersistent() { try await network.undefine() }
    }

    /// Subnets that this host routes or that another network of libvirt's has.
    private func taken() async throws -> [Subnet] {
        let routes = FileManager.default.contents(atPath: "/proc/net/route").map { String(decoding: $0, as: UTF8.self) }
        var subnets = Subnet.routed(table: routes ?? "")
        for network in try await connection.networks() {
            subnets += (try? NetworkDescription(xml: await network.xml(), name: network.name))?.subnets ?? []
        }
        return subnets
    }
}

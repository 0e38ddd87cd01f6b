import Foundation
import Isolation
import Libvirt

/// The libvirt network that a guest hangs on.
struct GuestNetwork: Sendable {
    let name: String
    let network: Network
    let bridge: String
    /// The DHCP server's address, which is the host's on the bridge.
    let gateway: String
    /// Ours has a pool of (MAC, address) pairs in the ledger.
    let isOurs: Bool

    /// Seconds that a lease on our own network lasts.
    static let leaseSeconds = 300
}

extension GuestNetwork {
    /// A network of somebody else's, by name.
    ///
    /// - Throws: ``BulkheadError`` with `networkMissing`, `networkInactive` or `networkFull`.
    static func foreign(_ name: String, on connection: Connection) async throws -> GuestNetwork {
        let network: Network
        do { network = try await connection.network(named: name) } catch let error as LibvirtError
            where error.code == .noNetwork
        {
            let names = try await connection.networks().map(\.name).joined(separator: ", ")
            throw BulkheadError(
                .networkMissing, "network “\(name)”", error.message,
                remedy: "leave --network out to use our own" + (names.isEmpty ? "" : ", or name one of: \(names)"))
        }
        guard try await network.isActive() else {
            throw BulkheadError(
                .networkInactive, "network “\(name)”", "it is defined but not active", remedy: "virsh net-start \(name)"
            )
        }
        let description = try NetworkDescription(xml: await network.xml(), name: name)
        let taken = try await network.leases().filter { !$0.isOver() }.count
        guard description.poolSize - taken > max(1, description.poolSize / 50) else {
            throw BulkheadError(
                .networkFull, "network “\(name)”", "\(taken) of its \(description.poolSize) addresses are leased",
                remedy: "wait for leases to expire, widen its DHCP range, or leave --network out")
        }
        return GuestNetwork(
            name: name, network: network, bridge: description.bridge, gateway: description.gateway, isOurs: false)
    }
}

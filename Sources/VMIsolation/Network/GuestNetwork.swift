import Foundation
import Isolation
import Libvirt

/// The libvirt network that a guest hangs on.
struct GuestNetwork: Sendable {
    enum Kind: Sendable {
        /// Ours, without a way out. Ours have a pool of (MAC, address) pairs in the ledger, and walls.
        case closed
        /// Ours, routed by the host to where guests' policies allow.
        case open
        /// Somebody else's.
        case foreign
    }

    let network: Network
    let description: NetworkDescription
    let kind: Kind

    var name: String { network.name }
    var bridge: String { description.bridge }
    var isOurs: Bool { kind != .foreign }

    /// - Throws: ``BulkheadError`` with `networkRefused` where guests get no IPv4 address from it.
    init(_ network: Network, _ kind: Kind) async throws {
        self.network = network
        self.kind = kind
        description = try NetworkDescription(xml: await network.xml(), name: network.name)
    }

    /// What rules call the host's end of a guest's interface; nil on somebody else's network.
    func port(_ address: String?, _ owner: String) -> String? {
        isOurs ? address.map { GuestPort.name($0, kind, owner) } : nil
    }

    /// Seconds that a lease on our own network lasts.
    static let leaseSeconds = 300
}

extension GuestNetwork {
    /// A network of somebody else's, by name.
    ///
    /// - Throws: ``BulkheadError`` with `networkMissing`, `networkInactive` or `networkRefused`.
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
        return try await GuestNetwork(network, .foreign)
    }

    /// Of a network of somebody else's; the ledger knows of ours.
    ///
    /// - Throws: ``BulkheadError`` with `networkFull` where it has no address to spare.
    func checkRoom() async throws {
        let all = description.poolSize
        let taken = try await network.leases().filter { !$0.isOver() }.count
        guard all - taken > max(1, all / 50) else {
            throw BulkheadError(
                .networkFull, "network “\(name)”", "\(taken) of its \(all) addresses are leased",
                remedy: "wait for leases to expire, widen its DHCP range, or leave --network out")
        }
    }
}

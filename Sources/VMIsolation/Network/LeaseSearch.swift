import Foundation
import Isolation
import Libvirt

/// Looks for a guest's address in the DHCP leases of its network until there is one.
struct LeaseSearch: Sendable {
    let mac: String
    /// libvirt's name of it.
    let network: String
    /// The one address that may be, on our own network.
    let reserved: String?
    /// When the guest was started.
    let since: Date
    private let refused = Refusals()

    init(mac: String, network: String, reserved: String?, since: Date) {
        self.mac = mac
        self.network = network
        self.reserved = reserved
        self.since = since
    }

    func run(_ leases: @Sendable () async throws -> [DHCPLease]) async throws -> String {
        while true {
            do {
                if let address = choose(try await leases().map { Lease($0) }) { return address }
            } catch let error as LibvirtError { throw error.named("leases of network \(network)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// - Returns: nil where each candidate was refused; why is kept for the error.
    func choose(_ leases: [Lease], now: Date = Date()) -> String? {
        var best: Lease?
        for lease in leases {
            if let why = objection(to: lease, now) {
                refused.note("lease \(lease.address) of \(lease.mac ?? "no MAC"): \(why)")
            } else if best.map({ $0.expiry < lease.expiry }) ?? true {
                best = lease
            }
        }
        return best?.address
    }

    private func objection(to lease: Lease, _ now: Date) -> String? {
        if !lease.isIPv4 { return "no IPv4 address" }
        if lease.mac?.lowercased() != mac { return "another MAC" }
        if lease.expiry <= now { return "expired at \(lease.expiry)" }
        guard let reserved else { return nil }
        if lease.address != reserved { return "not the reserved \(reserved)" }
        // A lease that was taken before this guest was started belongs to its forerunner.
        let taken = lease.expiry.addingTimeInterval(-Double(GuestNetwork.leaseSeconds))
        return taken < since.addingTimeInterval(-2) ? "left over, taken at \(taken)" : nil
    }

    func timeout() -> BulkheadError {
        BulkheadError(
            .leaseTimeout, "guest with MAC \(mac) on network \(network)", "it got no address by DHCP",
            remedy: "read the console's last lines; a guest that boots slowly needs a larger budget.lease",
            evidence: refused.all.isEmpty ? ["no lease of this MAC was seen"] : refused.all)
    }
}

/// What we need of one of libvirt's DHCP leases.
struct Lease: Hashable, Sendable {
    var address: String
    var mac: String?
    var expiry: Date
    var isIPv4: Bool
}

extension Lease {
    init(_ lease: DHCPLease) {
        self.init(
            address: lease.address, mac: lease.mac, expiry: lease.expiry ?? .distantFuture, isIPv4: lease.type == .ipv4)
    }
}

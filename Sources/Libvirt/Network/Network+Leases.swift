internal import CLibvirt

extension Network {
    /// The addresses that the network's DHCP server gave out, expired ones of guests that are gone among them.
    /// Source: `virNetworkGetDHCPLeases`.
    ///
    /// - Parameter mac: only the leases of this interface.
    /// - Throws: ``LibvirtError`` with `noSupport` where the driver runs no DHCP server.
    public func leases(mac: String? = nil) async throws -> [DHCPLease] {
        try checkArgument("virNetworkGetDHCPLeases", mac)
        return try await connection.reading("virNetworkGetDHCPLeases") {
            var list: UnsafeMutablePointer<virNetworkDHCPLeasePtr?>?
            let count = try check(
                "virNetworkGetDHCPLeases",
                unsafe virNetworkGetDHCPLeases(pointer, mac, &list, 0)
            )
            return try unsafe takeList(list, count: count) { lease in
                defer { unsafe virNetworkDHCPLeaseFree(lease) }
                return unsafe DHCPLease(lease.pointee)
            }
        }
    }
}

internal import CLibvirt
public import FoundationEssentials

/// An address that a network's DHCP server gave to a guest. Source: `virNetworkDHCPLease`.
public struct DHCPLease: Hashable, Sendable {
    /// The host's bridge.
    public let interface: String
    /// Nil for a lease that does not expire.
    public let expiry: Date?
    public let type: IPAddressType
    public let mac: String?
    /// The interface's association identifier, with IPv6 only.
    public let iaid: String?
    public let address: String
    /// Length of the network's part in bits.
    public let prefix: Int
    /// What the guest calls itself: it may say anything.
    public let hostname: String?
    /// The guest's client identifier, or with IPv6 its DUID.
    public let clientID: String?

    init(_ lease: virNetworkDHCPLease) {
        interface = unsafe string(lease.iface) ?? ""
        expiry = unsafe lease.expirytime == 0 ? nil : Date(timeIntervalSince1970: Double(lease.expirytime))
        type = unsafe IPAddressType(rawValue: lease.type)
        mac = unsafe string(lease.mac)
        iaid = unsafe string(lease.iaid)
        address = unsafe string(lease.ipaddr) ?? ""
        prefix = unsafe Int(lease.prefix)
        hostname = unsafe string(lease.hostname)
        clientID = unsafe string(lease.clientid)
    }
}

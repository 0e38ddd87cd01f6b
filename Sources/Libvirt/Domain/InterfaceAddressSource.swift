/// Who is asked for a guest's addresses. Source: `virDomainInterfaceAddressesSource`.
public enum InterfaceAddressSource: Int32, CaseIterable, Sendable {
    /// The DHCP server of the libvirt network.
    case lease = 0
    /// The agent in the guest: it may say anything.
    case agent = 1
    /// The host's neighbour table.
    case arp = 2
}

internal import CLibvirt

/// A guest's network interface and its addresses. Source: `virDomainInterface`.
public struct InterfaceAddresses: Hashable, Sendable {
    public struct Address: Hashable, Sendable {
        public let type: IPAddressType
        public let address: String
        /// Length of the network's part in bits.
        public let prefix: Int
    }

    /// The host's name of it, or with the guest's agent, the guest's.
    public let name: String
    /// The MAC address.
    public let hardwareAddress: String?
    public let addresses: [Address]

    init(_ interface: virDomainInterface) {
        name = unsafe string(interface.name) ?? ""
        hardwareAddress = unsafe string(interface.hwaddr)
        addresses = unsafe UnsafeBufferPointer(start: interface.addrs, count: Int(interface.naddrs)).map { address in
            unsafe Address(
                type: IPAddressType(rawValue: address.type),
                address: string(address.addr) ?? "",
                prefix: Int(address.prefix)
            )
        }
    }
}

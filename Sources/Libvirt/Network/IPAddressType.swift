/// The version of the Internet Protocol that an address belongs to. Source: `virIPAddrType`.
public struct IPAddressType: LibvirtConstant {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    public static let ipv4 = Self(rawValue: 0)
    public static let ipv6 = Self(rawValue: 1)

    public static let names: [Self: String] = [
        .ipv4: "VIR_IP_ADDR_TYPE_IPV4",
        .ipv6: "VIR_IP_ADDR_TYPE_IPV6",
    ]
}

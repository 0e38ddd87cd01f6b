extension NetworkUpdate {
    /// Which part of a network to change. Source: `virNetworkUpdateSection`.
    public struct Section: LibvirtConstant {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        /// Invalid.
        public static let none = Self(rawValue: 0)
        /// <bridge>.
        public static let bridge = Self(rawValue: 1)
        /// <domain>.
        public static let domain = Self(rawValue: 2)
        /// <ip>.
        public static let ip = Self(rawValue: 3)
        /// <ip>/<dhcp>/<host>.
        public static let ipDHCPHost = Self(rawValue: 4)
        /// <ip>/<dhcp>/<range>.
        public static let ipDHCPRange = Self(rawValue: 5)
        /// <forward>.
        public static let forward = Self(rawValue: 6)
        /// <forward>/<interface>.
        public static let forwardInterface = Self(rawValue: 7)
        /// <forward>/<pf>.
        public static let forwardPF = Self(rawValue: 8)
        /// <portgroup>.
        public static let portGroup = Self(rawValue: 9)
        /// <dns>/<host>.
        public static let dnsHost = Self(rawValue: 10)
        /// <dns>/<txt>.
        public static let dnsTXT = Self(rawValue: 11)
        /// <dns>/<srv>.
        public static let dnsSRV = Self(rawValue: 12)

        public static let names: [Self: String] = [
            .none: "VIR_NETWORK_SECTION_NONE",
            .bridge: "VIR_NETWORK_SECTION_BRIDGE",
            .domain: "VIR_NETWORK_SECTION_DOMAIN",
            .ip: "VIR_NETWORK_SECTION_IP",
            .ipDHCPHost: "VIR_NETWORK_SECTION_IP_DHCP_HOST",
            .ipDHCPRange: "VIR_NETWORK_SECTION_IP_DHCP_RANGE",
            .forward: "VIR_NETWORK_SECTION_FORWARD",
            .forwardInterface: "VIR_NETWORK_SECTION_FORWARD_INTERFACE",
            .forwardPF: "VIR_NETWORK_SECTION_FORWARD_PF",
            .portGroup: "VIR_NETWORK_SECTION_PORTGROUP",
            .dnsHost: "VIR_NETWORK_SECTION_DNS_HOST",
            .dnsTXT: "VIR_NETWORK_SECTION_DNS_TXT",
            .dnsSRV: "VIR_NETWORK_SECTION_DNS_SRV",
        ]
    }
}

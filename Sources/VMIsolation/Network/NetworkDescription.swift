import Foundation
import Isolation

/// What we need of a network's XML.
struct NetworkDescription: Sendable {
    let bridge: String
    /// The DHCP server's address, which is the host's on the bridge.
    let gateway: String
    /// How many addresses its DHCP server hands out.
    let poolSize: Int
    let subnets: [Subnet]
    /// It answers questions for names.
    let hasNames: Bool

    func subnet(_ version: Subnet.Version) -> Subnet? { subnets.first { $0.version == version } }

    /// - Throws: ``BulkheadError`` with `networkRefused` where guests get no IPv4 address from it.
    init(xml: String, name: String) throws {
        guard let root = try? DomainDocument(xml).root else {
            throw BulkheadError(
                .networkRefused, "network “\(name)”", "libvirt's description of it is no XML", remedy: "")
        }
        bridge = root.node("bridge")?["name"] ?? ""
        let addresses = root.nodes("ip").filter { ($0["family"] ?? "ipv4") == "ipv4" }
        subnets = root.nodes("ip").compactMap { element in
            guard let address = element["address"] else { return nil }
            let prefix =
                element["prefix"].flatMap { Int($0) }
                ?? element["netmask"].flatMap { Subnet.number($0)?.nonzeroBitCount }
            return Subnet(address: address, prefix: prefix ?? 24)
        }
        hasNames = root.node("dns")?["enable"] != "no"
        guard !bridge.isEmpty, let served = addresses.first(where: { $0.node("dhcp") != nil }),
            let gateway = served["address"], let dhcp = served.node("dhcp")
        else {
            throw BulkheadError(
                .networkRefused, "network “\(name)”", "it has no bridge or no DHCP server for IPv4",
                remedy: "use a network with both, or leave --network out")
        }
        self.gateway = gateway
        let ranges = dhcp.nodes("range").map { range in
            let ends = ["start", "end"].compactMap { range[$0].flatMap { Subnet.number($0) } }
            return ends.count == 2 && ends[1] >= ends[0] ? Int(ends[1] - ends[0]) + 1 : 0
        }
        poolSize = max(ranges.reduce(0, +), dhcp.nodes("host").count)
    }
}

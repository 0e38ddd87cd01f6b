import Foundation
import Isolation

extension NetworkPlan {
    /// The tags of `network.xml`.
    public static let tags: [TemplateTag] = [
        .init("name", .text, "the network's name"),
        .init("uuid", .optionalText, "its UUID, if we choose it"),
        .init("owner", .text, "id of the state directory that the network belongs to"),
        .init("bridge", .text, "the bridge's device"),
        .init("address", .text, "the host's address on the bridge"),
        .init("netmask", .text, "dotted"),
        .init("address6", .optionalText, "its address of IPv6 there, on a /64, if guests have that"),
        .init("firstAddress", .text, "lowest address of the pool"),
        .init("lastAddress", .text, "highest address of the pool"),
        .init("leaseMinutes", .text, "how long a guest may keep its address unasked"),
        .init("open", .flag, "the host routes for it"),
        .init("pool", .section(reservation), "once for each pair of MAC and address"),
    ]

    private static let reservation: [TemplateTag] = [
        .init("mac", .text, "a guest's MAC"),
        .init("ip", .text, "its address"),
    ]

    /// Why libvirt, or the kernel, could not take the plan; nil where they can.
    var fault: String? {
        guard let host = Subnet.number(address), let mask = Subnet.number(netmask) else {
            return "“\(address)” or “\(netmask)” is no IPv4 address"
        }
        if let address6, Subnet.number6(address6) == nil { return "“\(address6)” is no IPv6 address" }
        if pool.isEmpty { return "its pool is empty" }
        if !(1...15).contains(bridge.utf8.count) { return "the bridge's name “\(bridge)” has not 1 to 15 characters" }
        if leaseMinutes < 2 { return "leases are shorter than 2 minutes, which DHCP servers refuse" }
        if Set(pool.map { $0.mac.lowercased() }).count < pool.count { return "a MAC stands in its pool twice" }
        if Set(pool.map(\.ip)).count < pool.count { return "an address stands in its pool twice" }
        for ip in pool.map(\.ip) {
            guard let number = Subnet.number(ip) else { return "“\(ip)” is no IPv4 address" }
            guard number & mask == host & mask, number != host, number & ~mask != 0, number | mask != .max else {
                return "the address \(ip) is not one for a guest of \(address)/\(netmask)"
            }
        }
        return nil
    }

    var templateValues: [String: TemplateValue] {
        let ordered = pool.map(\.ip).sorted { (Subnet.number($0) ?? 0) < (Subnet.number($1) ?? 0) }
        var values: [String: TemplateValue] = [
            "name": .text(name), "owner": .text(owner), "bridge": .text(bridge), "address": .text(address),
            "netmask": .text(netmask), "firstAddress": .text(ordered.first ?? ""),
            "lastAddress": .text(ordered.last ?? ""), "leaseMinutes": .text("\(leaseMinutes)"), "open": .flag(isOpen),
            "pool": .list(pool.map { ["mac": .text($0.mac), "ip": .text($0.ip)] }),
        ]
        if let address6 { values["address6"] = .text(address6) }
        if let uuid { values["uuid"] = .text(uuid.uuidString.lowercased()) }
        return values
    }
}

import Isolation

extension WallPlan {
    /// The tags of `walls.nft`.
    static let tags: [TemplateTag] = [
        .init("table", .text, "name of the table of bridged frames, and of that of packets"),
        .init("bridge", .text, "the bridge's device"),
        .init("gateway", .text, "the host's address on the bridge"),
        .init("subnet", .text, "the network"),
        .init("ports", .text, "how the names of all guests' ports begin"),
        .init(
            "guests",
            .section([
                .init("port", .text, "the host's end of a guest's interface"), .init("mac", .text, "a guest's MAC"),
                .init("ip", .text, "its address"), .init("digits", .text, "its MAC without colons"),
            ]), "once for each guest that may come"),
        .init(
            "six",
            .section([
                .init("gateway6", .text, "the host's address of IPv6"), .init("subnet6", .text, "the network"), guests6,
            ]), "where guests have IPv6"),
        .init(
            "services",
            .section([
                .init("address", .text, "the host's address"),
                .init("port", .text, "TCP port where executors reach the agent"),
            ]), "what guests may reach of the host, if anything"),
        .init("inside", .section([family, .init("network", .text, "a network")]), "what is not the Internet"),
        .init("open", .flag, "the host routes for the network"),
        .init("egress", .section(egress), "once for each guest with a way out"),
    ]

    private static let family = TemplateTag("family", .text, "what nftables calls its version of IP")

    private static let guests6 = TemplateTag(
        "guests6",
        .section([
            .init("port", .text, "the host's end of a guest's interface"), .init("mac", .text, "the guest's MAC"),
            .init("ip", .text, "an address of its own"), .init("number", .text, "the same as a number"),
        ]), "once for each address of each guest: link-local, and of the network")

    private static let egress: [TemplateTag] = [
        .init("ip", .text, "a guest's address"),
        .init("ip6", .optionalText, "its address of IPv6"),
        .init("names", .flag, "the host looks names up for it"),
        .init("number", .text, "its last part"),
        .init("internet", .flag, "the guest may reach the Internet"),
        .init(
            "destinations",
            .section([
                family, .init("network", .text, "where it may go"),
                .init("transport", .optionalText, "by which protocol alone"),
                .init("range", .optionalText, "to which ports alone"),
            ]), "what else it may reach"),
    ]

    var templateValues: [String: TemplateValue] {
        [
            "table": .text(table), "bridge": .text(bridge), "gateway": .text(gateway), "subnet": .text("\(subnet)"),
            "ports": .text(ports),
            "guests": .list(guests.map(Self.values)), "six": .list(subnet6.map { [six($0)] } ?? []),
            "services": .list(service.map { [["address": .text($0.address), "port": .text("\($0.port)")]] } ?? []),
            "inside": .list((EgressPolicy.inside + neighbours).map(Self.values)),
            "open": .flag(isOpen),
            "egress": .list(egress.sorted { $0.key < $1.key }.map(values)),
        ]
    }

    private static func values(_ guest: Guest) -> [String: TemplateValue] {
        [
            "port": .text(guest.port), "mac": .text(guest.mac), "ip": .text(guest.address),
            "digits": .text(guest.mac.replacing(":", with: "")),
        ]
    }

    private func six(_ subnet: Subnet) -> [String: TemplateValue] {
        let addresses = guests.flatMap { guest in
            [Subnet.linkLocal, subnet].compactMap { network in network.number(of: guest.mac).map { (guest, $0) } }
        }
        return [
            "gateway6": .text(subnet.host(1)), "subnet6": .text("\(subnet)"),
            "guests6": .list(
                addresses.map { guest, number in
                    [
                        "port": .text(guest.port), "mac": .text(guest.mac),
                        "ip": .text(Subnet(base: number, prefix: 128, .six).host(0)),
                        "number": .text("0x" + String(number, radix: 16)),
                    ]
                }),
        ]
    }

    private static func values(_ network: Subnet) -> [String: TemplateValue] {
        ["family": .text(network.version == .four ? "ip" : "ip6"), "network": .text("\(network)")]
    }

    private func values(_ address: String, _ policy: EgressPolicy) -> [String: TemplateValue] {
        var values: [String: TemplateValue] = [
            "ip": .text(address), "number": .text(GuestPort.number(address)), "internet": .flag(policy.hasInternet),
            "names": .flag(policy.hasNames),
            "destinations": .list(
                policy.destinations.map { destination in
                    var values = Self.values(destination.network)
                    if let transport = destination.transport { values["transport"] = .text(transport.rawValue) }
                    if let ports = destination.ports {
                        values["range"] = .text("\(ports.lowerBound)-\(ports.upperBound)")
                    }
                    return values
                }),
        ]
        let mac = guests.first { $0.address == address }?.mac
        if let address = mac.flatMap({ subnet6?.address(of: $0) }) { values["ip6"] = .text(address) }
        return values
    }
}

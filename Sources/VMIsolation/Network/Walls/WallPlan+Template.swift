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
                .init("ip", .text, "its address"),
            ]), "once for each guest that may come"),
        .init(
            "services",
            .section([
                .init("address", .text, "the host's address"),
                .init("port", .text, "TCP port where executors reach the agent"),
            ]), "what guests may reach of the host, if anything"),
        .init("inside", .section([.init("network", .text, "a network")]), "what is not the Internet"),
        .init("open", .flag, "the host routes for the network"),
        .init("egress", .section(egress), "once for each guest with a way out"),
    ]

    private static let egress: [TemplateTag] = [
        .init("ip", .text, "a guest's address"),
        .init("number", .text, "its last part"),
        .init("internet", .flag, "the guest may reach the Internet"),
        .init(
            "destinations",
            .section([
                .init("network", .text, "where it may go"),
                .init("transport", .optionalText, "by which protocol alone"),
                .init("range", .optionalText, "to which ports alone"),
            ]), "what else it may reach"),
    ]

    var templateValues: [String: TemplateValue] {
        [
            "table": .text(table), "bridge": .text(bridge), "gateway": .text(gateway), "subnet": .text("\(subnet)"),
            "ports": .text(ports),
            "guests": .list(guests.map { ["port": .text($0.port), "mac": .text($0.mac), "ip": .text($0.address)] }),
            "services": .list(service.map { [["address": .text($0.address), "port": .text("\($0.port)")]] } ?? []),
            "inside": .list((EgressPolicy.inside + neighbours).map { ["network": .text("\($0)")] }),
            "open": .flag(isOpen),
            "egress": .list(egress.sorted { $0.key < $1.key }.map(Self.values)),
        ]
    }

    private static func values(_ address: String, _ policy: EgressPolicy) -> [String: TemplateValue] {
        [
            "ip": .text(address), "number": .text(GuestPort.number(address)), "internet": .flag(policy.hasInternet),
            "destinations": .list(
                policy.destinations.map { destination in
                    var values: [String: TemplateValue] = ["network": .text("\(destination.network)")]
                    if let transport = destination.transport { values["transport"] = .text(transport.rawValue) }
                    if let ports = destination.ports {
                        values["range"] = .text("\(ports.lowerBound)-\(ports.upperBound)")
                    }
                    return values
                }),
        ]
    }
}

extension NetworkProbe {
    /// Every way out over the network that is tried; the number of each is its place, from ``firstNumber`` up.
    static let all = toNeighbour + asSomebodyElse + asServer + toHost + toServices + toOutside

    /// At a port where nobody listens, too: what counts is that the frame comes to the other guest at all.
    private static let toNeighbour: [NetworkProbe] = [
        .init("guest-tcp", .neighbour, "open a connection to the other guest's SSH server") {
            $0.syn(to: $0.neighbour.address, by: $0.neighbour.mac, port: 22)
        },
        .init("guest-udp", .neighbour, "send the other guest a datagram") {
            $0.udp(to: $0.neighbour.address, by: $0.neighbour.mac)
        },
        .init("guest-icmp", .neighbour, "ping the other guest") {
            $0.echo(to: $0.neighbour.address, by: $0.neighbour.mac)
        },
        .init("guest-arp", .neighbour, "ask by ARP who has the other guest's address") {
            $0.arp(
                1, to: .broadcast, sender: ($0.attacker.mac, $0.attacker.address),
                target: (MAC([0, 0, 0, 0, 0, 0]), $0.neighbour.address), said: "\($0.neighbour.address) arp")
        },
        .init("guest-ipv6", .neighbour, "send the other guest a datagram over IPv6") {
            $0.udp(to: $0.neighbour.mac.linkLocal, by: $0.neighbour.mac)
        },
        .init("guest-ping6", .neighbour, "ping all IPv6 hosts of the bridge") {
            $0.echo(to: .allIPv6Nodes, by: .allIPv6Nodes)
        },
        .init("guest-broadcast", .neighbour, "send a datagram to everybody on the bridge") {
            $0.udp(to: .broadcast, by: .broadcast, port: 9)
        },
        .init("guest-multicast", .neighbour, "send a datagram to all hosts' group") {
            $0.udp(to: .allIPv4Nodes, by: .allIPv4Nodes, port: 9)
        },
        .init("guest-unknown-protocol", .neighbour, "send the other guest a frame of a protocol that nobody knows") {
            let frame = Frame(from: $0.attacker.mac, to: $0.neighbour.mac, type: 0x88b5, $0.mark)
            return Shot.Target(frame: frame, to: "ethertype 88b5")
        },
        .init("guest-vlan", .neighbour, "send the other guest a datagram in a VLAN") {
            var target = $0.udp(to: $0.neighbour.address, by: $0.neighbour.mac)
            target.frame = target.frame.tagged(7)
            return target
        },
        .init("guest-by-host", .neighbour, "have the host send a datagram on to the other guest") {
            $0.udp(to: $0.neighbour.address, by: $0.gateway.mac)
        },
    ]

    private static let asSomebodyElse: [NetworkProbe] = [
        .init("spoofed-mac", .identity, "send with a MAC that nobody has", isLie: true) {
            $0.udp(to: $0.gateway.address, by: $0.gateway.mac, mac: MAC([0x52, 0x54, 0, 0xba, 0xdb, 0xad]))
        },
        .init("neighbour-mac", .identity, "send with the other guest's MAC", isLie: true) {
            $0.udp(to: $0.gateway.address, by: $0.gateway.mac, mac: $0.neighbour.mac)
        },
        .init("spoofed-address", .identity, "send with the other guest's address", isLie: true) {
            $0.udp(to: $0.gateway.address, by: $0.gateway.mac, from: $0.neighbour.address)
        },
        .init("gateway-address", .identity, "send with the host's own address", isLie: true) {
            $0.udp(to: $0.gateway.address, by: $0.gateway.mac, from: $0.gateway.address)
        },
        .init("outside-address", .identity, "send with an address of the Internet", isLie: true) {
            $0.udp(to: $0.gateway.address, by: $0.gateway.mac, from: IP([192, 0, 2, 7]))
        },
        .init("spoofed-ipv6", .identity, "send with the other guest's IPv6 address", isLie: true) {
            $0.udp(to: .allIPv6Nodes, by: .allIPv6Nodes, from: $0.neighbour.mac.linkLocal)
        },
        .init("arp-poisoning", .identity, "tell the host that the other guest's address is here", isLie: true) {
            $0.arp(
                2, to: $0.gateway.mac, sender: ($0.attacker.mac, $0.neighbour.address),
                target: ($0.gateway.mac, $0.gateway.address), said: "\($0.gateway.address) arp")
        },
        .init("arp-gateway", .identity, "tell everybody that the host's address is here", isLie: true) {
            $0.arp(
                2, to: .broadcast, sender: ($0.attacker.mac, $0.gateway.address),
                target: (.broadcast, $0.gateway.address), said: "everybody, arp")
        },
        .init("arp-mac", .identity, "tell the host that our address is at the other guest's MAC", isLie: true) {
            $0.arp(
                2, to: $0.gateway.mac, sender: ($0.neighbour.mac, $0.attacker.address),
                target: ($0.gateway.mac, $0.gateway.address), said: "\($0.gateway.address) arp")
        },
    ]

    /// Answers that only a server may give, and would believe if it were none itself.
    private static let asServer: [NetworkProbe] = [
        .init("rogue-dhcp", .identity, "offer addresses as a DHCP server", isLie: true) {
            $0.udp(to: .broadcast, by: .broadcast, port: 68, source: 67, DHCP.offer($0.attacker.address))
        },
        .init("rogue-router", .identity, "announce an IPv6 router", isLie: true) {
            let (own, mac) = ($0.attacker.mac.linkLocal, $0.attacker.mac)
            let content: [UInt8] = [134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1] + mac.bytes + $0.mark
            let packet = Packet(from: own, to: .allIPv6Nodes, .icmp6, content, checksum: 2)
            return Shot.Target(frame: Frame(from: mac, to: .allIPv6Nodes, packet), to: "\(IP.allIPv6Nodes) icmp6/134")
        },
        .init("rogue-neighbour", .identity, "announce the other guest's IPv6 address", isLie: true) {
            let (own, mac) = ($0.attacker.mac.linkLocal, $0.attacker.mac)
            let content: [UInt8] =
                [136, 0, 0, 0, 0x20, 0, 0, 0] + $0.neighbour.mac.linkLocal.bytes + [2, 1] + mac.bytes + $0.mark
            let packet = Packet(from: own, to: .allIPv6Nodes, .icmp6, content, checksum: 2)
            return Shot.Target(frame: Frame(from: mac, to: .allIPv6Nodes, packet), to: "\(IP.allIPv6Nodes) icmp6/136")
        },
    ]

    private static let toHost: [NetworkProbe] = [
        .init("gateway-tcp", .host, "open a connection to a listener on the bridge's address") {
            $0.syn(to: $0.gateway.address, by: $0.gateway.mac)
        },
        .init("gateway-udp", .host, "send a datagram to a listener on the bridge's address") {
            $0.udp(to: $0.gateway.address, by: $0.gateway.mac)
        },
        .init("broadcast-udp", .host, "send a datagram to the bridge's broadcast address") {
            $0.udp(to: $0.gateway.address.subnetBroadcast, by: .broadcast)
        },
        .init("host-tcp", .host, "open a connection to a listener on another address of the host") {
            $0.syn(to: $0.scene.otherAddresses.0, by: $0.gateway.mac)
        },
        .init("host-udp", .host, "send a datagram to a listener on another address of the host") {
            $0.udp(to: $0.scene.otherAddresses.0, by: $0.gateway.mac)
        },
        .init("host-ipv6", .host, "send a datagram to an IPv6 address of the host") {
            $0.udp(to: $0.scene.otherAddresses.1, by: $0.gateway.mac)
        },
        .init("bridge-ipv6", .host, "send a datagram to the bridge's link-local address") {
            $0.udp(to: $0.gateway.mac.linkLocal, by: $0.gateway.mac)
        },
        .init("bridge-ipv6-tcp", .host, "open a connection to the bridge's link-local address") {
            $0.syn(to: $0.gateway.mac.linkLocal, by: $0.gateway.mac)
        },
        .init("all-nodes-ipv6", .host, "send a datagram to all IPv6 hosts of the bridge") {
            $0.udp(to: .allIPv6Nodes, by: .allIPv6Nodes)
        },
        .init("host-loopback", .host, "send a datagram to the host's loopback") {
            $0.udp(to: .loopback, by: $0.gateway.mac)
        },
    ]

    /// What listens there on many hosts; where nothing does, the test itself.
    static let services: [(port: UInt16, name: String)] = [
        (22, "SSH"), (53, "DNS"), (5051, "operator"), (16509, "libvirt"),
    ]

    private static let toServices =
        services.map { service in
            NetworkProbe(
                "\(service.name.lowercased())-port", .host, "open a connection to the host's \(service.name) port"
            ) { $0.syn(to: $0.gateway.address, by: $0.gateway.mac, port: service.port) }
        } + [
            .init("dns-tunnel", .host, "ask the host for a name that carries data out", asksForName: true) {
                $0.udp(to: $0.gateway.address, by: $0.gateway.mac, port: 53, DNS.question)
            }
        ]

    private static let toOutside: [NetworkProbe] = [
        .init("internet-udp", .outside, "send a datagram to the Internet") {
            $0.udp(to: IP([192, 0, 2, 1]), by: $0.gateway.mac)
        },
        .init("internet-tcp", .outside, "open a connection to the Internet") {
            $0.syn(to: IP([192, 0, 2, 1]), by: $0.gateway.mac, port: 443)
        },
        .init("internet-icmp", .outside, "ping the Internet") { $0.echo(to: IP([192, 0, 2, 1]), by: $0.gateway.mac) },
        .init("internet-ipv6", .outside, "send a datagram to the Internet over IPv6") {
            $0.udp(to: Outside.internet6, by: $0.gateway.mac, from: Outside.attacker6)
        },
        .init("dns-outside", .outside, "ask a name server of the Internet") {
            $0.udp(to: IP([192, 0, 2, 53]), by: $0.gateway.mac, port: 53, DNS.question)
        },
        .init("metadata", .outside, "ask the cloud's metadata service") {
            $0.syn(to: IP([169, 254, 169, 254]), by: $0.gateway.mac, port: 80)
        },
        .init("link-local", .outside, "send a datagram to a link-local address beyond the host") {
            $0.udp(to: IP([169, 254, 1, 1]), by: $0.gateway.mac)
        },
        .init("lan-10", .outside, "send a datagram to a private address beyond the host: 10/8") {
            $0.udp(to: IP([10, 99, 99, 99]), by: $0.gateway.mac)
        },
        .init("lan-172", .outside, "send a datagram to a private address beyond the host: 172.16/12") {
            $0.udp(to: IP([172, 29, 99, 99]), by: $0.gateway.mac)
        },
        .init("lan-192", .outside, "send a datagram to a private address beyond the host: 192.168/16") {
            $0.udp(to: IP([192, 168, 199, 99]), by: $0.gateway.mac)
        },
    ]
}

/// As much of DHCP as a client looks at.
private enum DHCP {
    static func offer(_ address: IP) -> [UInt8] {
        let fixed: [UInt8] = [2, 1, 6, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0] + address.bytes + address.bytes
        let names = [UInt8](repeating: 0, count: 4 + 16 + 64 + 128)
        return fixed + names + [99, 130, 83, 99, 53, 1, 2, 54, 4] + address.bytes + [255]
    }
}

private enum DNS {
    /// For the address of `x.`; the mark follows it.
    static let question: [UInt8] = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0x78, 0, 0, 1, 0, 1]
}

/// Where a guest with a way out must not get by it. docs/isolators/network.md
extension NetworkProbe {
    /// What the guest with `--egress nat` tries; the other one has a list.
    static let throughNAT = natOverIPv4 + natOverIPv6

    private static let natOverIPv6: [NetworkProbe] = [
        .init("nat-ipv6-host", .egress, "with --egress nat: open a connection to the host over IPv6", isOverIPv6: true) {
            $0.syn(to: $0.scene.otherAddresses.1, by: $0.gateway.mac)
        },
        .init("nat-ipv6-gateway", .egress, "the same to the bridge's address", isOverIPv6: true) {
            $0.syn(to: $0.gateway6, by: $0.gateway.mac)
        },
        .init("nat-ipv6-names", .egress, "the same to the server of names", isOverIPv6: true) {
            $0.syn(to: $0.gateway6, by: $0.gateway.mac, port: 53)
        },
        .init("nat-ipv6-private", .egress, "the same to a private address: fd00::/8", isOverIPv6: true) {
            $0.syn(to: IP([0xfd, 0x99] + [UInt8](repeating: 0, count: 13) + [9]), by: $0.gateway.mac, port: 443)
        },
        .init("nat-ipv6-6to4", .egress, "the same to a private address of IPv4, by 6to4", isOverIPv6: true) {
            let translated: [UInt8] = [0x20, 0x02, 10, 99, 99, 99] + [UInt8](repeating: 0, count: 9) + [1]
            return $0.syn(to: IP(translated), by: $0.gateway.mac, port: 443)
        },
        .init("nat-ipv6-neighbour", .egress, "the same to a network that the host is on", isOverIPv6: true) {
            $0.syn(to: Outside.neighbour6, by: $0.gateway.mac, port: 443)
        },
        .init("nat-ipv6-guest", .egress, "have the host send a datagram on to the other guest", isOverIPv6: true) {
            $0.udp(to: $0.neighbour6, by: $0.gateway.mac)
        },
        .init(
            "nat-ipv6-as-other", .egress, "send with the other guest's address of IPv6", isLie: true, isOverIPv6: true
        ) { $0.udp(to: Outside.internet6, by: $0.gateway.mac, port: 443, from: $0.neighbour6) },
        .init("nat-ipv6-router", .egress, "announce a router where there is IPv6", isLie: true, isOverIPv6: true) {
            let content: [UInt8] = [134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0] + $0.mark
            let packet = Packet(from: $0.attacker.mac.linkLocal, to: .allIPv6Nodes, .icmp6, content, checksum: 2)
            return Shot.Target(
                frame: Frame(from: $0.attacker.mac, to: .allIPv6Nodes, packet), to: "\(IP.allIPv6Nodes) icmp6/134")
        },
        .init(
            "nat-ipv6-advert", .egress, "tell the host that the other guest's address is here", isLie: true,
            isOverIPv6: true
        ) {
            let head: [UInt8] = [136, 0, 0, 0, 0x60, 0, 0, 0] + $0.neighbour6.bytes + [2, 1] + $0.attacker.mac.bytes
            let packet = Packet(
                from: $0.attacker.mac.linkLocal, to: $0.gateway6, .icmp6, head + $0.mark, checksum: 2)
            return Shot.Target(
                frame: Frame(from: $0.attacker.mac, to: $0.gateway.mac, packet), to: "\($0.gateway6) icmp6/136")
        },
    ]

    private static let natOverIPv4: [NetworkProbe] = [
        .init("nat-host", .egress, "with --egress nat: open a connection to the host") {
            $0.syn(to: $0.scene.otherAddresses.0, by: $0.gateway.mac)
        },
        .init("nat-gateway", .egress, "with --egress nat: open a connection to the bridge's address") {
            $0.syn(to: $0.gateway.address, by: $0.gateway.mac)
        },
        .init("nat-host-udp", .egress, "with --egress nat: send the host a datagram") {
            $0.udp(to: $0.scene.otherAddresses.0, by: $0.gateway.mac)
        },
        .init("nat-metadata", .egress, "with --egress nat: ask the cloud's metadata service") {
            $0.syn(to: IP([169, 254, 169, 254]), by: $0.gateway.mac, port: 80)
        },
        .init("nat-link-local", .egress, "with --egress nat: send a datagram to a link-local address") {
            $0.udp(to: IP([169, 254, 1, 1]), by: $0.gateway.mac)
        },
        .init("nat-lan-10", .egress, "with --egress nat: open a connection to a private address: 10/8") {
            $0.syn(to: IP([10, 99, 99, 99]), by: $0.gateway.mac, port: 443)
        },
        .init("nat-lan-172", .egress, "with --egress nat: open a connection to a private address: 172.16/12") {
            $0.syn(to: IP([172, 29, 99, 99]), by: $0.gateway.mac, port: 443)
        },
        .init("nat-lan-192", .egress, "with --egress nat: open a connection to a private address: 192.168/16") {
            $0.syn(to: IP([192, 168, 199, 99]), by: $0.gateway.mac, port: 443)
        },
        .init("nat-shared", .egress, "with --egress nat: open a connection to a carrier's shared address: 100.64/10") {
            $0.syn(to: IP([100, 64, 99, 99]), by: $0.gateway.mac, port: 443)
        },
        .init("nat-neighbour", .egress, "with --egress nat: open a connection to a network that the host is on") {
            $0.syn(to: Outside.neighbour, by: $0.gateway.mac, port: 443)
        },
        .init("nat-names", .egress, "with --egress nat: connect to the server of names") {
            $0.syn(to: $0.gateway.address, by: $0.gateway.mac, port: 53)
        },
        .init("nat-guest", .egress, "with --egress nat: send another guest with a way out a datagram") {
            $0.udp(to: $0.neighbour.address, by: $0.neighbour.mac)
        },
        .init("nat-guest-by-host", .egress, "with --egress nat: have the host send a datagram on to the other guest") {
            $0.udp(to: $0.neighbour.address, by: $0.gateway.mac)
        },
        .init("nat-as-other", .egress, "with --egress nat: use the other guest's list, with its address", isLie: true) {
            let packet = Packet.syn(
                from: $0.neighbour.address, to: Outside.stranger, source: $0.sourcePort, port: Outside.listedPort,
                $0.mark)
            return Shot.Target(
                frame: Frame(from: $0.attacker.mac, to: $0.gateway.mac, packet),
                to: "\(Outside.stranger) tcp/\(Outside.listedPort)")
        },
    ]

    /// What the guest with `--egress ADDRESS:PORT` tries; the other one has the Internet.
    static let throughList: [NetworkProbe] = [
        .init("list-port", .egress, "with one port listed: open a connection to the next one") {
            $0.syn(to: Outside.stranger, by: $0.gateway.mac, port: Outside.listedPort + 1)
        },
        .init("list-udp", .egress, "with one port listed: send a datagram to the same") {
            $0.udp(to: Outside.stranger, by: $0.gateway.mac, port: Outside.listedPort)
        },
        .init("list-icmp", .egress, "with one port listed: ping its address") {
            $0.echo(to: Outside.stranger, by: $0.gateway.mac)
        },
        .init("list-address", .egress, "with one port listed: open a connection to the next address") {
            $0.syn(to: IP([198, 18, 77, 6]), by: $0.gateway.mac, port: Outside.listedPort)
        },
        .init("list-internet", .egress, "with one port listed: open a connection to the Internet") {
            $0.syn(to: Outside.internet, by: $0.gateway.mac, port: 443)
        },
        .init("list-metadata", .egress, "with one port listed: ask the cloud's metadata service") {
            $0.syn(to: IP([169, 254, 169, 254]), by: $0.gateway.mac, port: 80)
        },
        .init("list-host", .egress, "with one port listed: open a connection to the host") {
            $0.syn(to: $0.scene.otherAddresses.0, by: $0.gateway.mac)
        },
        .init("list-guest", .egress, "with one port listed: open a connection to another guest with a way out") {
            $0.syn(to: $0.neighbour.address, by: $0.neighbour.mac, port: 22)
        },
        .init("list-ipv6", .egress, "with one port listed: open a connection over IPv6", isOverIPv6: true) {
            $0.syn(to: Outside.internet6, by: $0.gateway.mac, port: 443)
        },
        .init(
            "list-as-other", .egress, "with one port listed: use the other guest's Internet, with its address",
            isLie: true
        ) {
            $0.udp(to: Outside.internet, by: $0.gateway.mac, port: 443, from: $0.neighbour.address)
        },
    ]
}

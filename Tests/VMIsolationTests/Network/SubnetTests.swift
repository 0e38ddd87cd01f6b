import Isolation
import Testing

@testable import VMIsolation

@Suite struct SubnetTests {
    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "a.b.c.d", "1..2.3", "-1.2.3.4", "+1.2.3.4", "١.2.3.4"])
    func whatIsNoAddressIsRefused(_ text: String) { #expect(Subnet.number(text) == nil) }

    @Test func overlapIsSeenFromBothSides() throws {
        let wide = try #require(Subnet(address: "10.0.0.0", prefix: 8))
        let narrow = try #require(Subnet(address: "10.200.3.7", prefix: 24))
        let other = try #require(Subnet(address: "192.168.1.0", prefix: 24))
        #expect(wide.overlaps(narrow) && narrow.overlaps(wide))
        #expect(!narrow.overlaps(other) && !other.overlaps(wide))
        #expect("\(narrow)" == "10.200.3.0/24" && narrow.host(1) == "10.200.3.1")
    }

    @Test(arguments: ["", "1.2.3.4", "2001:db8::g", "1::2::3", "fe80::1%lo", "[::1]", "::1/64", ":", "12345::"])
    func whatIsNoAddressOfIPv6IsRefused(_ text: String) { #expect(Subnet.number6(text) == nil) }

    @Test func versionsDoNotMix() throws {
        let (all, all6) = (try #require(Subnet(address: "0.0.0.0", prefix: 0)), try #require(Subnet(address: "::", prefix: 0)))
        let six = try #require(Subnet(address: "2001:DB8:0:1:2::3", prefix: 64))
        #expect("\(six)" == "2001:db8:0:1::/64" && six.host(0xfe) == "2001:db8:0:1::fe")
        #expect(all6.contains(six) && six.contains(six) && !six.contains(all6) && all6.overlaps(six) && six.overlaps(all6))
        #expect(!all.contains(six) && !all6.contains(all) && !all.overlaps(all6) && all != all6)
        let one = try #require(Subnet(address: "2001:db8::1", prefix: 128))
        #expect(!six.overlaps(one) && "\(one)" == "2001:db8::1/128")
    }

    @Test func aFreeOneAvoidsWhatIsTaken() throws {
        let first = try #require(Subnet.free(seed: 4711, avoiding: []))
        let second = try #require(Subnet.free(seed: 4711, avoiding: [first]))
        #expect(first != second && !first.overlaps(second))
        #expect(Subnet.free(seed: 1, avoiding: [try #require(Subnet(address: "10.128.0.0", prefix: 9))]) == nil)
        #expect(Subnet.free(seed: 1, avoiding: [try #require(Subnet(address: "0.0.0.0", prefix: 0))]) != nil)
    }

    /// As guests do it (RFC 4291, appendix A).
    @Test func aGuestsAddressFollowsFromItsMAC() throws {
        let network = Subnet.uniqueLocal(seed: [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc])
        #expect("\(network)" == "fd12:3456:789a::/64")
        #expect(network.address(of: "52:54:00:0a:0b:fe") == "fd12:3456:789a:0:5054:ff:fe0a:bfe")
        #expect(Subnet.linkLocal.address(of: "52:54:00:0a:0b:fe") == "fe80::5054:ff:fe0a:bfe")
        #expect(network.address(of: "52:54") == nil)
        #expect(try #require(Subnet(address: "10.0.0.0", prefix: 8)).address(of: "52:54:00:0a:0b:fe") == nil)
    }

    @Test func theRoutingTableIsRead() {
        let table = """
            Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
            eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
            virbr0\t007AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
            eth0\t000200C0\t010200C0\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0
            broken line
            """
        #expect(Subnet.routed(table: table).map(\.description) == ["192.168.122.0/24", "192.0.2.0/24"])
        #expect(Subnet.routed(table: table, directly: true).map(\.description) == ["192.168.122.0/24"])
        #expect(Subnet.routed(table: table, besides: "virbr0").map(\.description) == ["192.0.2.0/24"])
    }

    /// As a kernel listed them: networks, the default route, one by a gateway, link-local, own, multicast, one that is refused.
    @Test func theRoutingTableOfIPv6IsRead() {
        func line(_ base: String, _ prefix: String, _ hop: String, _ flags: String) -> String {
            let zeros = String(repeating: "0", count: 32)
            let whole = base + zeros.dropFirst(base.count)
            return "\(whole) \(prefix) \(zeros) 00 \(hop + zeros.dropFirst(hop.count)) 00000100 00000001 00000000 \(flags)     eth0"
        }
        let table = [
            line("20010db800000001", "40", "", "00000001"), line("", "00", "fe80", "00450003"),
            line("20010db800000002", "40", "fe80", "00000003"), line("fe80", "40", "", "00000001"),
            line("20010db8000000010000000000000007", "80", "", "80200001"), line("ff00", "08", "", "00000001"),
            line("", "00", "", "00200200"), line("fd00", "08", "", "00000001"), line("20010db800000001", "80", "", "80300001"),
            "broken line", "",
        ].joined(separator: "\n")
        #expect(Subnet.routed6(table: table).map(\.description) == ["2001:db8:0:1::/64", "fd00::/8"])
    }
}

@Suite struct DHCPReleaseTests {
    private let release = DHCPRelease(
        server: "10.1.2.1", address: "10.1.2.9", mac: "52:54:00:0a:0b:0c", clientID: [1, 2, 3], bridge: "virbr9")

    @Test func thePacketSaysWhoGivesWhatToWhom() throws {
        let packet = try #require(release.packet())
        #expect(Array(packet[0..<4]) == [1, 1, 6, 0])
        #expect(Array(packet[12..<16]) == [10, 1, 2, 9])
        #expect(Array(packet[28..<34]) == [0x52, 0x54, 0, 0x0a, 0x0b, 0x0c])
        #expect(Array(packet[236...]) == [99, 130, 83, 99, 53, 1, 7, 54, 4, 10, 1, 2, 1, 61, 3, 1, 2, 3, 255])
    }

    @Test func nonsenseMakesNoPacket() {
        var broken = release
        broken.mac = "52:54"
        #expect(broken.packet() == nil)
        broken = release
        broken.address = "nowhere"
        #expect(broken.packet() == nil)
        #expect(!broken.send())
    }
}

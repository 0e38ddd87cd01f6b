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

    @Test func aFreeOneAvoidsWhatIsTaken() throws {
        let first = try #require(Subnet.free(seed: 4711, avoiding: []))
        let second = try #require(Subnet.free(seed: 4711, avoiding: [first]))
        #expect(first != second && !first.overlaps(second))
        #expect(Subnet.free(seed: 1, avoiding: [try #require(Subnet(address: "10.128.0.0", prefix: 9))]) == nil)
        #expect(Subnet.free(seed: 1, avoiding: [try #require(Subnet(address: "0.0.0.0", prefix: 0))]) != nil)
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

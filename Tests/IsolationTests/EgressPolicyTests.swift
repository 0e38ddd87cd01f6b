import Foundation
import Isolation
import Testing

@Suite struct EgressPolicyTests {
    private static func error(_ body: () throws -> Void) -> BulkheadError? {
        do { try body() } catch { return error as? BulkheadError }
        return nil
    }

    @Test(arguments: [
        "none", "nat", "192.0.2.7", "192.0.2.0/24", "0.0.0.0/0", "192.0.2.7:443", "192.0.2.7:53/udp", "192.0.2.7/udp",
        "10.0.0.0/8:1-65535", "nat,10.1.0.0/16:5432,10.2.0.1:8000-8099/udp",
    ])
    func whatIsReadIsWritten(_ text: String) throws { #expect(try EgressPolicy(text).description == text) }

    @Test(arguments: [
        ("192.0.2.7/32", "192.0.2.7"), ("192.0.2.7:443/tcp", "192.0.2.7:443"), ("1.2.3.4,nat", "nat,1.2.3.4"),
    ])
    func onePolicyHasOneText(_ text: String, _ same: String) throws {
        #expect(try EgressPolicy(text).description == same)
    }

    @Test(arguments: [
        ("", "empty"), ("nat,", "missing"), (",", "missing"), ("none,nat", "none"), ("nat,none", "none"),
        ("NAT", "no IPv4"), ("example.org", "no IPv4"), ("example.org:443", "no IPv4"), ("1.2.3", "no IPv4"),
        ("1.2.3.4.5", "no IPv4"), ("1.2.3.256", "no IPv4"), ("1.2.3.-4", "no IPv4"), (" 1.2.3.4", "no IPv4"),
        ("1.2.3.4/33", "no prefix"), ("1.2.3.4/", "no prefix"), ("1.2.3.4/+8", "no prefix"),
        ("1.2.3.4/8", "bits behind"),
        ("1.2.3.0/24/24", "no IPv4"), ("1.2.3.4:0", "no port"), ("1.2.3.4:65536", "no port"), ("1.2.3.4:", "no port"),
        ("1.2.3.4:90-80", "no port"), ("1.2.3.4:80-", "no port"), ("1.2.3.4:-80", "no port"),
        ("1.2.3.4:80-90-99", "no port"),
        ("1.2.3.4:http", "no port"), ("1.2.3.4/icmp", "no prefix"), ("1.2.3.4:80/sctp", "no port"),
        ("[2001:db8::1]:443", "IPv6"), ("2001:db8::/32", "IPv6"), ("::1", "IPv6"),
        ("127.0.0.1:80", "nothing is routed"), ("127.0.0.0/8", "nothing is routed"), ("224.0.0.1", "nothing is routed"),
        ("255.255.255.255", "nothing is routed"), ("1.2.3.4;drop", "no IPv4"), ("1.2.3.4\n", "no IPv4"),
    ])
    func whatCannotBeMeantIsRefused(_ text: String, _ why: String) {
        let error = Self.error { _ = try EgressPolicy(text) }
        #expect(error?.reason == .badOption && error?.remedy.isEmpty == false)
        #expect(error?.detail.contains(why) == true, "\(text): \(error?.detail ?? "taken")")
    }

    @Test func listsAreBounded() throws {
        func list(_ count: Int) -> String { (1...count).map { "192.0.2.\($0)" }.joined(separator: ",") }
        #expect(try EgressPolicy(list(64)).destinations.count == 64)
        #expect(Self.error { _ = try EgressPolicy(list(65)) }?.reason == .badOption)
    }

    @Test(arguments: [
        ("none", "none"), ("none", "nat"), ("nat", "nat"), ("1.2.3.4", "1.2.3.4"), ("1.2.3.4", "1.2.3.0/24"),
        ("1.2.3.4:443", "1.2.3.4"), ("1.2.3.4:443", "1.2.3.4/tcp"), ("1.2.3.4:443", "1.2.3.4:400-500"),
        ("1.2.3.4:53/udp", "0.0.0.0/0"), ("10.0.0.1", "0.0.0.0/0"), ("1.2.3.4:80", "nat"),
        ("nat,10.0.0.1:22", "nat,10.0.0.0/8:22"),
    ])
    func whatIsAllowed(_ wish: String, _ limit: String) throws {
        try EgressPolicy(wish).check(within: EgressPolicy(limit), besides: [])
    }

    @Test(arguments: [
        ("nat", "none"), ("nat", "0.0.0.0/0"), ("1.2.3.4", "none"), ("1.2.3.0/24", "1.2.3.4"),
        ("1.2.4.4", "1.2.3.0/24"),
        ("1.2.3.4", "1.2.3.4:443"), ("1.2.3.4", "1.2.3.4/tcp"), ("1.2.3.4:443/udp", "1.2.3.4:443"),
        ("1.2.3.4:443-444", "1.2.3.4:443"), ("1.2.3.4/udp", "1.2.3.4/tcp"), ("10.0.0.1", "nat"),
        ("169.254.169.254:80", "nat"),
        ("172.31.0.1", "nat"), ("192.168.0.0/16", "nat"), ("100.64.0.1", "nat"), ("0.0.0.0/0", "nat"),
        ("198.51.100.7", "nat"), ("nat,1.2.3.4", "1.2.3.4"),
    ])
    func whatIsBeyondTheLimit(_ wish: String, _ limit: String) throws {
        let (wish, limit) = (try EgressPolicy(wish), try EgressPolicy(limit))
        let neighbour = try #require(Subnet(address: "198.51.100.0", prefix: 24))
        let error = Self.error { try wish.check(within: limit, besides: [neighbour]) }
        #expect(error?.reason == .egressRefused && error?.remedy.isEmpty == false)
        #expect(error?.detail.contains("\(limit)") == true)
    }

    @Test func recordsKeepIt() throws {
        let policy = try EgressPolicy("nat,10.0.0.0/8:22")
        let bytes = try JSONEncoder().encode([policy])
        #expect(String(decoding: bytes, as: UTF8.self).replacing("\\/", with: "/") == #"["nat,10.0.0.0/8:22"]"#)
        #expect(try JSONDecoder().decode([EgressPolicy].self, from: bytes) == [policy])
        #expect(Self.error { _ = try JSONDecoder().decode([EgressPolicy].self, from: Data(#"["all"]"#.utf8)) } != nil)
    }
}

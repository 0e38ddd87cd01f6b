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
        "10.0.0.0/8:1-65535", "nat,10.1.0.0/16:5432,10.2.0.1:8000-8099/udp", "dns", "nat,dns,192.0.2.7", "2001:db8::1",
        "2001:db8::/32", "::/0", "2001:db8::1/tcp", "[2001:db8::1]:443", "[2001:db8::/32]:8000-8099/udp", "fd00::7/udp",
        "dns,192.0.2.7:443,[2001:db8::7]:443",
    ])
    func whatIsReadIsWritten(_ text: String) throws { #expect(try EgressPolicy(text).description == text) }

    @Test(arguments: [
        ("192.0.2.7/32", "192.0.2.7"), ("192.0.2.7:443/tcp", "192.0.2.7:443"), ("1.2.3.4,nat", "nat,1.2.3.4"),
        ("2001:DB8:0:0::1/128", "2001:db8::1"), ("[2001:db8::1]", "2001:db8::1"), ("[2001:db8::1]/tcp", "2001:db8::1/tcp"),
        ("[2001:db8::1]:443/tcp", "[2001:db8::1]:443"), ("dns,nat", "nat,dns"), ("dns,dns", "dns"),
    ])
    func onePolicyHasOneText(_ text: String, _ same: String) throws {
        #expect(try EgressPolicy(text).description == same)
    }

    @Test(arguments: [
        ("", "empty"), ("nat,", "missing"), (",", "missing"), ("none,nat", "none"), ("nat,none", "none"),
        ("NAT", "no address"), ("example.org", "no address"), ("example.org:443", "no address"), ("1.2.3", "no address"),
        ("1.2.3.4.5", "no address"), ("1.2.3.256", "no address"), ("1.2.3.-4", "no address"), (" 1.2.3.4", "no address"),
        ("1.2.3.4/33", "no prefix"), ("1.2.3.4/", "no prefix"), ("1.2.3.4/+8", "no prefix"),
        ("1.2.3.4/8", "bits behind"),
        ("1.2.3.0/24/24", "no address"), ("1.2.3.4:0", "no port"), ("1.2.3.4:65536", "no port"), ("1.2.3.4:", "no port"),
        ("1.2.3.4:90-80", "no port"), ("1.2.3.4:80-", "no port"), ("1.2.3.4:-80", "no port"),
        ("1.2.3.4:80-90-99", "no port"),
        ("1.2.3.4:http", "no port"), ("1.2.3.4/icmp", "no prefix"), ("1.2.3.4:80/sctp", "no port"),
        ("dns,none", "none"), ("DNS", "no address"), ("2001:db8::g", "no address"), ("1:2", "no address"),
        ("2001:db8::1::2", "no address"), ("fe80::1%eth0", "no address"), ("2001:db8::1/129", "no prefix of 0 to 128"),
        ("2001:db8::1/32", "bits behind"), ("2001:db8::1/icmp", "no prefix"), ("[192.0.2.7]:80", "brackets"),
        ("[2001:db8::1", "brackets"), ("[2001:db8::1]443", "brackets"), ("[2001:db8::1]:", "no port"),
        ("[]:80", "brackets"), ("[[2001:db8::1]]:80", "brackets"), ("[2001:db8::1]:80-70", "no port"),
        ("::", "nothing is routed"), ("::1", "nothing is routed"), ("::ffff:10.0.0.1", "nothing is routed"),
        ("fe80::1", "nothing is routed"), ("[ff02::1]:5353/udp", "nothing is routed"),
        ("127.0.0.1:80", "nothing is routed"), ("127.0.0.0/8", "nothing is routed"), ("224.0.0.1", "nothing is routed"),
        ("255.255.255.255", "nothing is routed"), ("1.2.3.4;drop", "no address"), ("1.2.3.4\n", "no address"),
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
        ("nat,10.0.0.1:22", "nat,10.0.0.0/8:22"), ("dns", "nat,dns"), ("[2620:fe::fe]:443", "nat"),
        ("[2001:db8::1]:443", "2001:db8::/32"), ("fd00::1", "::/0"),
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
        ("198.51.100.7", "nat"), ("nat,1.2.3.4", "1.2.3.4"), ("dns", "nat"), ("dns", "none"), ("dns", "0.0.0.0/0"),
        ("::/0", "0.0.0.0/0"), ("0.0.0.0/0", "::/0"), ("::/0", "nat"), ("2000::/3", "nat"), ("fd00::1", "nat"),
        ("64:ff9b::a00:1", "nat"), ("2002:a00:1::1", "nat"), ("2001:0:a00:1::1", "nat"), ("2001:db8::1", "nat"),
        ("4000::1", "nat"), ("2620:4d::7", "nat"), ("[2620:fe::fe]:443/udp", "[2620:fe::fe]:443"),
    ])
    func whatIsBeyondTheLimit(_ wish: String, _ limit: String) throws {
        let (wish, limit) = (try EgressPolicy(wish), try EgressPolicy(limit))
        let neighbours = [
            try #require(Subnet(address: "198.51.100.0", prefix: 24)), try #require(Subnet(address: "2620:4d::", prefix: 64)),
        ]
        let error = Self.error { try wish.check(within: limit, besides: neighbours) }
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

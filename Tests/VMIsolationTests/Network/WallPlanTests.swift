import Foundation
import Isolation
import Testing

@testable import VMIsolation

@Suite struct WallPlanTests {
    private let plan = WallPlan(
        table: "bulkhead-1a2b3c4d", bridge: "virbr-1a2b3c4d", gateway: "10.9.0.1",
        subnet: Subnet(base: 10 << 24 + 9 << 16, prefix: 24), ports: "bh1a2b3c4d-",
        guests: [
            .init(port: "bh1a2b3c4d-2", mac: "52:54:00:00:00:02", address: "10.9.0.2"),
            .init(port: "bh1a2b3c4d-254", mac: "52:54:00:00:00:fe", address: "10.9.0.254"),
        ], service: nil, egress: [:], neighbours: [], isOpen: false)

    private func rules(_ plan: WallPlan) throws -> String {
        let file = try TemplateFile(path: TemplateSamples.directory + "/walls.nft")
        return try TemplateRenderer(file, tags: WallPlan.tags, escaping: .nftables).render(plan.templateValues).text
    }

    @Test func eachGuestIsBoundToItsPort() throws {
        let text = try rules(plan)
        #expect(text.contains(#""bh1a2b3c4d-2" . 52:54:00:00:00:02 . 10.9.0.2,"#))
        #expect(text.contains(#""bh1a2b3c4d-254" . 52:54:00:00:00:fe,"#))
        #expect(text.contains(#"iifname "bh1a2b3c4d-*" goto guest"#))
        #expect(!text.contains("{{"))
    }

    @Test func nothingIsLetInThatNobodyServes() throws {
        #expect(try !rules(plan).contains("elements = { 10.9.0.1 ."))
        var open = plan
        open.service = .init(address: "10.9.0.1", port: 5052)
        #expect(try rules(open).contains("elements = { 10.9.0.1 . 5052 }"))
    }

    /// What is there goes in the same transaction, so that there is no moment without rules.
    @Test func theOldOnesGoWithTheNew() throws {
        let text = try rules(plan)
        for family in ["bridge", "inet"] {
            let lines = ["table \(family) bulkhead-1a2b3c4d\n", "delete table \(family) bulkhead-1a2b3c4d\n"]
            #expect(lines.allSatisfy { text.contains($0) })
        }
    }

    @Test(arguments: ["x; flush ruleset", "a\"b", "a b", "a\nb", "{", "ä", "a;", "$(x)"])
    func noValueSaysMoreThanAName(_ text: String) {
        var hostile = plan
        hostile.bridge = text
        #expect(bulkheadError { _ = try rules(hostile) }?.reason == .templateMalformed)
    }

    @Test func aClosedNetworkHasNoWayOut() throws {
        let text = try rules(plan)
        #expect(!text.contains("masquerade") && !text.contains("chain guest-") && !text.contains("add element"))
    }

    @Test func eachGuestHasItsOwnWayOut() throws {
        var open = plan
        (open.isOpen, open.neighbours) = (true, [Subnet(base: 0xC633_6400, prefix: 24)])
        open.egress = [
            "10.9.0.2": try EgressPolicy("nat"),
            "10.9.0.254": try EgressPolicy("192.0.2.0/24:80-90,192.0.2.7/udp,10.0.0.0/8"),
        ]
        let text = try rules(open)
        func chain(_ name: String) -> [Substring] {
            text.components(separatedBy: "chain \(name) {\n").last?.components(separatedBy: "}").first?
                .split(separator: "\n").map { $0.trimmingPrefix(while: \.isWhitespace) }.filter { !$0.isEmpty } ?? []
        }
        #expect(chain("guest-2") == ["jump inside", "accept", "goto refused"])
        #expect(
            chain("guest-254") == [
                "ip daddr 192.0.2.0/24 meta l4proto tcp th dport 80-90 accept",
                "ip daddr 192.0.2.7/32 meta l4proto udp accept",
                "ip daddr 10.0.0.0/8 accept", "goto refused",
            ])
        #expect(!text.contains("masquerade\n        ip6") && !text.contains("guest6") && !text.contains("add element inet bulkhead-1a2b3c4d names"))
        #expect(
            text.contains("egress { 10.9.0.2 : goto guest-2 }")
                && text.contains("egress { 10.9.0.254 : goto guest-254 }"))
        #expect(text.contains("ip saddr 10.9.0.0/24 oifname != \"virbr-1a2b3c4d\" masquerade"))
        let inside = ["198.51.100.0/24", "10.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"]
        #expect(Set(inside.map { "ip daddr \($0) goto refused" }).isSubset(of: chain("inside").map(String.init)))
    }

    /// Each guest by its link-local address and that of the network, and by its MAC where it says who it is.
    @Test func overIPv6EachGuestIsBoundToItsPort() throws {
        #expect(try rules(plan).contains("chain host {\n        meta nfproto ipv6 drop\n"))
        var six = plan
        (six.isOpen, six.subnet6) = (true, Subnet(address: "fd00:1:2::", prefix: 64))
        six.egress = ["10.9.0.2": try EgressPolicy("dns,[2001:db8::/32]:443"), "10.9.0.254": try EgressPolicy("nat")]
        let text = try rules(six)
        for line in [
            #""bh1a2b3c4d-2" . 52:54:00:00:00:02 . fe80::5054:ff:fe00:2,"#,
            #""bh1a2b3c4d-254" . 52:54:00:00:00:fe . fd00:1:2:0:5054:ff:fe00:fe,"#,
            #""bh1a2b3c4d-254" . 0xfd000001000200005054 00fffe0000fe,"#.replacing(" 00fffe", with: "00fffe"),
            #""bh1a2b3c4d-2" . 0x0101525400000002, "bh1a2b3c4d-2" . 0x0201525400000002,"#,
            "ip6 saddr @names6 ip6 daddr fd00:1:2::1 meta l4proto { tcp, udp } th dport 53 accept",
            "ip6 daddr 2001:db8::/32 meta l4proto tcp th dport 443-443 accept",
            "ip6 saddr fd00:1:2::/64 oifname != \"virbr-1a2b3c4d\" masquerade",
            "egress6 { fd00:1:2:0:5054:ff:fe00:2 : goto guest-2 }", "names { 10.9.0.2 }",
            "names6 { fd00:1:2:0:5054:ff:fe00:2 }", "ip6 daddr 8000::/1 goto refused", "ip6 daddr 2002::/16 goto refused",
        ] { #expect(text.contains(line), "\(line)") }
        #expect(!text.contains("names { 10.9.0.254 }") && !text.contains("meta nfproto ipv6 drop"))
    }

    @Test func portsAreNamedAfterAddresses() {
        let name = GuestPort.name("10.9.0.254", .closed, "1a2b3c4d-5e6f")
        #expect(name == "bh1a2b3c4d-254")
        #expect(name.utf8.count < 16, "the kernel's limit")
        #expect(name.hasPrefix(GuestPort.prefix(.closed, "1a2b3c4d-5e6f")))
        #expect(GuestPort.name("10.9.0.254", .open, "1a2b3c4d-5e6f") != name)
    }

    /// As a kernel answered.
    @Test func theGenerationIsRead() {
        let header: [UInt8] = [44, 0, 0, 0, 15, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4]
        let number: [UInt8] = [8, 0, 1, 0, 0, 0, 1, 4]
        let process: [UInt8] = [8, 0, 2, 0, 0, 0, 39, 15]
        #expect(PacketFilter.generation(in: header + number + process) == 260)
        #expect(PacketFilter.generation(in: header + process + number) == 260)
        for broken in [[], header, header + process, header + number.dropLast(), header + [0, 0, 1, 0] + number] {
            #expect(PacketFilter.generation(in: broken) == nil)
        }
        var other = header + number
        other[4] = 2
        #expect(PacketFilter.generation(in: other) == nil, "an error")
    }
}

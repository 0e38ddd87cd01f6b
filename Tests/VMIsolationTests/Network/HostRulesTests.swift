import Foundation
import TestSupport
import Testing

@testable import VMIsolation

/// What other firewalls' rules do to guests, found by reading them; `FirewallTests` tries the same for real.
@Suite struct HostRulesTests {
    private static let bridge = "vbout-1a2b3c4d"
    private static let service = GuestNeed.service(address: "10.200.7.1", port: 5050)

    /// - Parameter name: of a list that `nft` gave on a host with that firewall.
    private func rules(_ name: String, _ changes: [(String, String)] = []) throws -> HostRules {
        let file = Repository.path + "/Tests/Fixtures/firewalls/\(name).nft"
        var text = try String(contentsOfFile: file, encoding: .utf8)
        for (line, more) in changes {
            try #require(text.contains(line))
            text = text.replacing(line, with: line + "\n\t\t" + more)
        }
        return HostRules(text)
    }

    private func obstacle(_ need: GuestNeed, _ rules: HostRules, on bridge: String = bridge) -> GuestNeed.Finding? {
        need.obstacle(in: rules, bridge: bridge, outside: "eth0")
    }

    @Test func dockerLetsNothingThroughTheHost() throws {
        let docker = try rules("docker")
        #expect(obstacle(.dhcp, docker) == nil && obstacle(Self.service, docker) == nil)
        let found = try #require(obstacle(.wayOut, docker))
        #expect(
            found.words
                == "chain FORWARD of table ip filter drops all that guests send out, on vbout-1a2b3c4d: policy drop")
        #expect(found.remedy.hasPrefix("iptables -I DOCKER-USER -i vbout-1a2b3c4d -j ACCEPT; "), "\(found.remedy)")
        #expect(obstacle(.wayBack, docker) != nil && obstacle(.answers, docker) == nil)
        let mended = try rules("docker", [("chain DOCKER-USER {", "iifname \"vbout-*\" counter packets 7 bytes 9 accept")])
        #expect(obstacle(.wayOut, mended) == nil)
        #expect(obstacle(.wayOut, mended, on: "virbr-1a2b3c4d") != nil)
    }

    @Test func ufwLetsNothingIn() throws {
        let ufw = try rules("ufw")
        for (need, chain, remedy) in [
            (.dhcp, "INPUT", "ufw allow in on vbout-1a2b3c4d to any port 67 proto udp"),
            (Self.service, "INPUT", "ufw allow in on vbout-1a2b3c4d to any port 5050 proto tcp"),
            (.wayOut, "FORWARD", "ufw route allow in on vbout-1a2b3c4d"),
        ] as [(GuestNeed, String, String)] {
            let found = try #require(obstacle(need, ufw), "\(need)")
            #expect(found.words.hasPrefix("chain \(chain) of table ip filter drops ") && found.remedy == remedy, "\(found)")
        }
        #expect(obstacle(.service(address: "10.200.7.1", port: 22), ufw) == nil, "it lets SSH in")
        for need in [GuestNeed.answers, .wayBack] { #expect(obstacle(need, ufw) == nil, "\(need)") }
        // As `ufw allow in on … to any port … proto …` writes them.
        let mended = try rules(
            "ufw",
            [
                ("chain ufw-user-input {", "iifname \"\(Self.bridge)\" udp dport 67 counter packets 0 bytes 0 accept"),
                ("chain ufw-user-input {", "iifname \"\(Self.bridge)\" tcp dport 5050 counter packets 0 bytes 0 accept"),
                ("chain ufw-user-forward {", "iifname \"\(Self.bridge)\" counter packets 0 bytes 0 accept"),
            ])
        for need in [.dhcp, Self.service, .wayOut] { #expect(obstacle(need, mended) == nil, "\(need)") }
        #expect(obstacle(.service(address: "10.200.7.1", port: 5051), mended) != nil)
        #expect(obstacle(.dhcp, mended, on: "vbout-other") != nil)
    }

    /// As libvirt does for all but open networks, in front of all others.
    @Test func libvirtsOwnRulesLetItsDHCPIn() throws {
        let lines = "iifname \"virbr-1a2b3c4d\" udp dport 67 counter packets 0 bytes 0 accept"
        let both = try rules("ufw", [("filter hook input priority filter; policy drop;", lines)])
        #expect(obstacle(.dhcp, both, on: "virbr-1a2b3c4d") == nil && obstacle(.dhcp, both) != nil)
    }

    /// One bridge is in the zone `trusted`, as the remedy has it.
    @Test func firewalldRejectsWhatIsInNoZone() throws {
        let firewalld = try rules("firewalld")
        for need in [.dhcp, Self.service, .wayOut] {
            let found = try #require(obstacle(need, firewalld, on: "vbout-other"), "\(need)")
            #expect(found.words.contains(" of table inet firewalld ") && found.words.hasSuffix("admin-prohibited"))
            #expect(found.remedy.contains("--zone=trusted --add-interface=vbout-other"), "\(found)")
            #expect(obstacle(need, firewalld) == nil, "\(need)")
        }
    }

    private func drops(_ rule: String, _ need: GuestNeed = .dhcp) -> Bool {
        let text = "table inet x {\n\tset s {\n\t\ttype ipv4_addr\n\t}\n\tchain in {\n"
            + "\t\ttype filter hook \(need == .wayOut ? "forward" : "input") priority filter - 5; policy drop;\n\t\t\(rule)\n"
            + "\t}\n\tchain other {\n\t\taccept\n\t}\n\tchain none {\n\t\treturn\n\t}\n}\n"
        return obstacle(need, HostRules(text)) != nil
    }

    @Test(arguments: [
        "accept", "udp dport 67 accept", "udp dport { 53, 67 } accept", "udp dport 60-70 counter accept",
        "meta l4proto udp th dport 67 accept", "ip protocol 17 accept", "iifname { \"lo\", \"vbout-*\" } accept",
        "iifname != \"eth0\" jump other", "ct state new accept", "ct state { new, untracked } goto other",
        "fib daddr type broadcast accept", "ip saddr 0.0.0.0 ip daddr 255.255.255.255 accept",
        "ip saddr 0.0.0.0/8 accept", "ip daddr 255.255.255.0-255.255.255.255 accept", "comment \"drop it\" accept",
        "log prefix \"drop \" level info accept", "udp dport != 68 accept", "jump none\n\t\taccept",
        "iifname vmap { \"a\" : drop,\n\t\t\t     \"vbout-1a2b3c4d\" : accept }", "ip saddr @s accept",
        "meta mark 0x00000001 accept", "limit rate 3/minute accept", "ip saddr . udp dport @s accept", "queue to 0",
        "udp dport & 64 == 64 accept",
    ])
    func whatPassesOrMayPassIsNoObstacle(_ rule: String) { #expect(!drops(rule), "\(rule)") }

    @Test(arguments: [
        "", "drop", "tcp dport 67 accept", "udp dport { 53, 68 } accept", "udp dport 68-99 accept",
        "iifname \"vbout-1\" accept", "iifname != \"vbout-*\" accept", "oifname \"eth0\" accept",
        "ct state established,related accept", "ct status dnat accept", "ct state invalid accept",
        "fib daddr type local accept", "ip saddr 10.0.0.0/8 accept", "ip6 saddr ::1 accept", "icmp type echo-request accept",
        "meta nfproto ipv6 accept", "jump none", "udp dport 67 return\n\t\taccept", "log prefix \"accept \"",
        "reject with icmpx admin-prohibited\n\t\taccept", "ip daddr != 255.255.255.255 ip saddr @s accept",
        "goto none\n\t\taccept",
    ])
    func whatCannotPassIsOne(_ rule: String) { #expect(drops(rule), "\(rule)") }

    @Test func otherHooksAndFamiliesDoNotCount() {
        for (family, type, hook) in [
            ("ip6", "filter", "input"), ("bridge", "filter", "input"), ("inet", "filter", "output"),
            ("inet", "nat", "input"), ("inet", "filter", "forward"),
        ] {
            let text = "table \(family) x {\n\tchain c {\n\t\ttype \(type) hook \(hook) priority 0; policy accept;\n\t\tdrop\n\t}\n}"
            #expect(obstacle(.dhcp, HostRules(text)) == nil, "\(text)")
        }
        #expect(obstacle(.dhcp, HostRules("")) == nil)
    }

    /// Who drops all that comes in, and forgets what answers.
    @Test func answersAreLookedAtAsWell() throws {
        let strict = HostRules(
            "table ip filter {\n\tchain INPUT {\n\t\ttype filter hook input priority 0; policy drop;\n"
                + "\t\tct state new accept\n\t\tiifname \"vbout-*\" tcp dport 67 accept\n\t}\n}\n")
        let found = try #require(obstacle(.answers, strict))
        #expect(
            found.remedy
                == "iptables -I INPUT -i vbout-1a2b3c4d -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "\(found)")
        #expect(obstacle(.dhcp, strict) == nil)
    }

    @Test func chainsThatCallEachOtherEnd() {
        let loop = "table ip x {\n\tchain c {\n\t\ttype filter hook input priority 0; policy drop;\n\t\tjump c\n\t}\n}"
        #expect(obstacle(.dhcp, HostRules(loop)) == nil)
    }
}

import Foundation
import TestSupport
import Testing

extension HostTests {
    /// What guests make up does not come past the bridge's wall; with the wall taken away, it does.
    @Suite(.bench) struct SpoofTests {
        private let here = TemporaryDirectory()
        private let other = Frame.mac("52:54:00:77:77:77")

        private func frames(_ one: Prisoner) -> [(name: String, frame: Frame)] {
            let (mac, own, gateway) = (
                Frame.mac(one.own.mac), Frame.address(one.own.address), Frame.address(one.gateway)
            )
            let neighbour = gateway.dropLast() + [own[3] == 200 ? 201 : 200]
            let nobody: [UInt8] = [0, 0, 0, 0]
            return [
                ("own", .udp(from: mac, own, to: gateway, ports: (99, 98))),
                ("mac", .udp(from: other, own, to: gateway, ports: (99, 97))),
                ("ip", .udp(from: mac, Array(neighbour), to: gateway, ports: (99, 96))),
                ("outside", .udp(from: mac, [192, 0, 2, 1], to: gateway, ports: (99, 95))),
                ("nobody", .udp(from: mac, nobody, to: gateway, ports: (99, 94))),
                ("server", .udp(from: mac, own, to: gateway, ports: (67, 68))),
                ("arpmac", .arp(from: mac, claiming: own, of: other, asking: gateway)),
                ("arpip", .arp(from: mac, claiming: Array(neighbour), of: mac, asking: gateway)),
                ("arpgateway", .arp(from: mac, claiming: gateway, of: mac, asking: own)),
                ("router", .routerAdvertisement(from: mac)),
                ("tagged", .udp(from: mac, Array(neighbour), to: gateway, ports: (99, 93)).tagged),
            ]
        }

        /// Counts what has come past the wall, by what only that frame has.
        private func watch(_ one: Prisoner) async throws {
            let rules = [
                "own": "udp dport 98", "mac": "udp dport 97", "ip": "udp dport 96", "outside": "udp dport 95",
                "nobody": "udp dport 94", "server": "udp sport 67",
                "router": "ether type ip6 icmpv6 type nd-router-advert",
                "tagged": "udp dport 93", "arpmac": "arp saddr ether 52:54:00:77:77:77",
                "arpip": "arp operation request arp saddr ip != { \(one.own.address), \(one.gateway), 0.0.0.0 }",
                "arpgateway": "arp saddr ip \(one.gateway)",
            ]
            let ports = "bh" + (try one.table).suffix(8) + "-*"
            let counters = rules.keys.map { "counter c_\($0) { }\n" }.joined()
            let lines = rules.map { "iifname \"\(ports)\" \($1) counter name \"c_\($0)\"\n" }.joined()
            let script = try here.file(
                "watch.nft",
                "table bridge \(watcher(one)) {\n\(counters)chain seen { type filter hook input priority 0;\n\(lines)}\n}\n"
                    .utf8)
            let set = try await one.bench.tool("nft", "-f", script)
            #expect(set.status == 0, "\(set)")
        }

        private func watcher(_ one: Prisoner) throws -> String { "seen-" + (try one.table).suffix(8) }

        private func seen(_ one: Prisoner) async throws -> Set<String> {
            // Other guests' frames count as well.
            _ = try await counted(one)
            for (_, frame) in frames(one) { try await one.sends(frame) }
            let listed = try await counted(one)
            #expect(listed.status == 0, "\(listed)")
            let pairs = listed.text.matches(of: /counter c_(\w+) \{\s*packets (\d+)/)
            #expect(pairs.count == frames(one).count, "\(listed)")
            return Set(pairs.filter { $0.2 != "0" }.map { String($0.1) })
        }

        private func counted(_ one: Prisoner) async throws -> Finished {
            try await one.bench.tool("nft", "reset", "counters", "table", "bridge", watcher(one))
        }

        @Test func nothingMadeUpComesPast() async throws {
            let bench = try bench()
            let one = try await Prisoner(in: bench, tool: try await Prisoner.tool(in: here, bench))
            try await watch(one)
            #expect(try await seen(one) == ["own"])
            let removed = try await bench.tool("nft", "delete", "table", "bridge", try one.table)
            #expect(removed.status == 0, "\(removed)")
            #expect(try await seen(one) == Set(frames(one).map(\.name)), "without the wall all of it comes past")
            // The next launch finds the wall gone, and sets it again.
            #expect(try await bench.run(command: ["true"]).status == 0)
            #expect(try await seen(one) == ["own"])
            let doctor = try await bench.call("doctor")
            #expect(doctor.text.contains("had to be set anew 1 times"), "\(doctor)")
            try await one.end()
            _ = try await bench.tool("nft", "delete", "table", "bridge", try watcher(one))
        }

        /// libvirt filters for those who may not set rules; both walls taken away by hand, all of it comes past.
        @Test func libvirtsFilterStandsInForTheWall() async throws {
            let bench = try bench()
            let one = try await Prisoner(
                in: bench, tool: try await Prisoner.tool(in: here, bench), by: Prisoner.unprivileged)
            // That of another test's guests.
            _ = try await bench.tool("nft", "delete", "table", "bridge", try one.table)
            try await watch(one)
            #expect(try await seen(one) == ["own"])
            let xml = try await bench.virsh("domiflist", one.guest.domain)
            let removed = try await bench.tool("nft", "flush", "table", "bridge", "nat")
            let flushed = try await bench.tool("nft", "flush", "table", "bridge", "filter")
            #expect(removed.status == 0 || flushed.status == 0, "\(removed) \(flushed) \(xml)")
            #expect(try await seen(one) == Set(frames(one).map(\.name)))
            try await one.end()
            _ = try await bench.tool("nft", "delete", "table", "bridge", try watcher(one))
        }
    }
}

import Foundation
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

extension HostTests {
    /// The same over IPv6, which guests with a way out have.
    @Suite(.bench) struct Spoof6Tests {
        private let here = TemporaryDirectory()
        private let other = Frame.mac("52:54:00:77:77:77")

        private enum Kind: UInt8 { case routerSolicit = 133, routerAdvert, solicit, advert, redirect }

        /// Who is where.
        private struct Scene {
            var mac: [UInt8]
            var (own, link, gateway): ([UInt8], [UInt8], [UInt8])
            /// Another guest's address of the network, and its link-local one.
            var (neighbour, neighbourLink): ([UInt8], [UInt8])

            init(_ one: Prisoner) async throws {
                let gateway = try await one.gateway6
                let network = try #require(Subnet(address: gateway, prefix: 64))
                let neighbour = one.own.mac.dropLast(2) + (one.own.mac.hasSuffix("c8") ? "c9" : "c8")
                func address(_ network: Subnet, _ mac: some StringProtocol) throws -> [UInt8] {
                    withUnsafeBytes(of: try #require(network.number(of: String(mac))).bigEndian) { Array($0) }
                }
                mac = Frame.mac(one.own.mac)
                (own, link) = (try address(network, one.own.mac), try address(.linkLocal, one.own.mac))
                self.neighbour = try address(network, neighbour)
                neighbourLink = try address(.linkLocal, neighbour)
                self.gateway = withUnsafeBytes(of: (network.base + 1).bigEndian) { Array($0) }
            }
        }

        /// Each with a hop limit of its own, by which it is counted.
        private func frames(_ scene: Scene) -> [(name: String, frame: Frame, honest: Bool)] {
            let (mac, own, link, gateway) = (scene.mac, scene.own, scene.link, scene.gateway)
            let (nobody, nodes) = ([UInt8](repeating: 0, count: 16), [0xff, 2] + [UInt8](repeating: 0, count: 13) + [1])
            var hops: UInt8 = 100
            func six(_ source: [UInt8], _ next: UInt8, _ content: [UInt8], from sender: [UInt8]? = nil) -> Frame {
                hops += 1
                return .six(from: sender ?? mac, source, to: gateway, hops: hops, next: next, content)
            }
            func udp(_ source: [UInt8], _ port: UInt8 = 99, to: UInt8 = 98, from sender: [UInt8]? = nil) -> Frame {
                six(source, 17, [0, port, 0, to, 0, 12, 0, 0] + Array("ping".utf8), from: sender)
            }
            func told(_ kind: Kind, _ target: [UInt8], _ option: [UInt8]) -> [UInt8] {
                [kind.rawValue, 0, 0, 0, 0, 0, 0, 0] + target + option
            }
            func option(_ kind: UInt8, _ mac: [UInt8]) -> [UInt8] { [kind, 1] + mac }
            let lie = told(.advert, scene.neighbour, option(2, mac))
            return [
                ("own", udp(own), true), ("link", udp(link), true),
                ("mac", udp(own, from: other), false), ("ip", udp(scene.neighbour), false),
                ("neighbourlink", udp(scene.neighbourLink), false), ("gateway", udp(gateway), false),
                ("outside", udp([0x3f, 0xff] + own.dropFirst(2)), false), ("nobody", udp(nobody), false),
                ("dhcp", six(link, 17, [2, 35, 2, 34, 0, 12, 0, 0] + Array("ping".utf8)), false),
                ("ask", six(own, 58, told(.solicit, gateway, option(1, mac))), true),
                ("askbare", six(own, 58, told(.solicit, gateway, [])), true),
                ("askmac", six(own, 58, told(.solicit, gateway, option(1, other))), false),
                ("tell", six(own, 58, told(.advert, own, option(2, mac))), true),
                ("tellbare", six(link, 58, told(.advert, link, [])), true),
                ("tellmac", six(own, 58, told(.advert, own, option(2, other))), false),
                ("telltwo", six(own, 58, told(.advert, own, option(2, mac) + option(2, other))), false),
                ("tellother", six(own, 58, lie), false),
                ("tellotherbare", six(own, 58, told(.advert, scene.neighbour, [])), false),
                ("tellgateway", six(own, 58, told(.advert, gateway, option(2, mac))), false),
                ("free", six(nobody, 58, told(.solicit, own, [])), true),
                ("freeother", six(nobody, 58, told(.solicit, scene.neighbour, [])), false),
                ("router", six(link, 58, [134, 0, 0, 0, 64, 0, 7, 8] + nobody.dropLast(8)), false),
                ("redirect", six(link, 58, told(.redirect, gateway, nodes)), false),
                ("routers", six(link, 58, [133, 0, 0, 0, 0, 0, 0, 0] + option(1, mac)), true),
                ("routersmac", six(link, 58, [133, 0, 0, 0, 0, 0, 0, 0] + option(1, other)), false),
                ("listener", six(link, 58, [131, 0, 0, 0, 0, 0, 0, 0] + nodes), false),
                ("behind", six(own, 60, [58, 0, 1, 4, 0, 0, 0, 0] + lie), false),
                ("fragment", six(own, 44, [58, 0, 0, 1, 0, 0, 0, 7] + lie), false),
                ("part", six(own, 44, [17, 0, 0, 8, 0, 0, 0, 7] + Array("ping".utf8)), false),
                ("tagged", udp(scene.neighbour, to: 93).tagged, false),
            ]
        }

        private func watcher(_ one: Prisoner) throws -> String { "seen6-" + (try one.table).suffix(8) }

        /// Counts what has come past the wall, by what only that frame has.
        private func watch(_ one: Prisoner, _ scene: Scene) async throws {
            let names = frames(scene).map(\.name)
            let ports = "bo" + (try one.table).suffix(8) + "-*"
            let counters = names.map { "counter c_\($0) { }\n" }.joined()
            let lines = names.enumerated().map { index, name in
                let what = name == "tagged" ? "udp dport 93" : "ip6 hoplimit \(101 + index)"
                return "iifname \"\(ports)\" \(what) counter name \"c_\(name)\"\n"
            }.joined()
            let script = try here.file(
                "watch.nft",
                "table bridge \(watcher(one)) {\n\(counters)chain seen { type filter hook prerouting priority -299;\n\(lines)}\n}\n"
                    .utf8)
            let set = try await one.bench.tool("nft", "-f", script)
            #expect(set.status == 0, "\(set)")
        }

        private func seen(_ one: Prisoner, _ scene: Scene) async throws -> Set<String> {
            for (_, frame, _) in frames(scene) { try await one.sends(frame) }
            let listed = try await one.bench.tool("nft", "reset", "counters", "table", "bridge", watcher(one))
            let pairs = listed.text.matches(of: /counter c_(\w+) \{\s*packets (\d+)/)
            #expect(pairs.count == frames(scene).count, "\(listed)")
            return Set(pairs.filter { $0.2 != "0" }.map { String($0.1) })
        }

        @Test func nothingMadeUpComesPast() async throws {
            let bench = try bench()
            let one = try await Prisoner(
                ["--egress", "nat"], in: bench, tool: try await Prisoner.tool(in: here, bench))
            let scene = try await Scene(one)
            try await watch(one, scene)
            let honest = Set(frames(scene).filter(\.honest).map(\.name))
            #expect(try await seen(one, scene) == honest)
            let removed = try await bench.tool("nft", "delete", "table", "bridge", try one.table + "-out")
            #expect(removed.status == 0, "\(removed)")
            let held = Set(frames(scene).map(\.name)).subtracting(try await seen(one, scene))
            #expect(held.isEmpty, "without the wall all of it comes past")
            try await one.end()
            _ = try await bench.tool("nft", "delete", "table", "bridge", try watcher(one))
        }
    }
}

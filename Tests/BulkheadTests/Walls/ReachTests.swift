import Foundation
import TestSupport
import Testing

@testable import VMIsolation

extension HostTests {
    /// What a guest reaches of its host: DHCP, an echo, and the one port that was let in.
    @Suite(.bench) struct ReachTests {
        private let here = TemporaryDirectory()
        private static let elsewhere = "198.18.7.9"
        private static let six = "fd00:77::1"

        /// Gives the host an address beside the bridge's, and one of IPv6 on the bridge.
        private func addAddresses(_ one: Prisoner) async throws {
            let bridge = "virbr-" + (try one.table).suffix(8)
            let script = """
                ip address replace \(Self.elsewhere)/32 dev lo && \
                echo 0 >/proc/sys/net/ipv6/conf/\(bridge)/disable_ipv6 && ip address add \(Self.six)/64 dev \(bridge) nodad
                """
            let made = try await one.bench.tool("sh", "-c", script)
            #expect(made.status == 0, "\(made)")
            #expect(try await one.tries("ip route add \(Self.elsewhere) via \(one.gateway)"))
            #expect(try await one.tries("ip -6 address add fd00:77::2/64 dev eth0 && sleep 3"))
        }

        private func reached(_ one: Prisoner, _ port: Int) async throws -> Set<String> {
            var found: Set<String> = []
            if try await one.reaches(one.gateway, port) { found.insert("gateway") }
            if try await one.reaches(Self.elsewhere, port) { found.insert("elsewhere") }
            if try await one.tries("ping6 -c 1 -W 3 \(Self.six)") { found.insert("six") }
            if try await one.tries("ping -c 1 -W 3 \(one.gateway)") { found.insert("echo") }
            if try await one.tries("ping -c 1 -W 2 \(Self.elsewhere)") { found.insert("echo elsewhere") }
            return found
        }

        @Test func aGuestReachesNothingOfItsHost() async throws {
            let bench = try bench()
            let one = try await Prisoner(in: bench, tool: try await Prisoner.tool(in: here, bench))
            let server = try SocketServer(on: 0)
            try await addAddresses(one)
            #expect(try await reached(one, server.port) == ["echo"])
            for family in ["bridge", "inet"] {
                let removed = try await bench.tool("nft", "delete", "table", family, try one.table)
                #expect(removed.status == 0, "\(removed)")
            }
            #expect(
                try await reached(one, server.port) == ["gateway", "elsewhere", "six", "echo", "echo elsewhere"],
                "without the walls it reaches all of it")
            let side = try await bench.engine().guestSide(Bench.machines())
            try await side.admit(port: server.port)
            #expect(try await reached(one, server.port) == ["gateway", "echo"], "the walls, with one port let in")
            #expect(try await !one.reaches(one.gateway, try SocketServer(on: 0).port))
            try await one.end()
        }

        /// While nothing is launched and no agent looks.
        @Test(arguments: [nil, "192.0.2.1"]) func aRunSetsWallsAnewThatSomebodyFlushed(_ egress: String?) async throws {
            let bench = try bench()
            let one = try await Prisoner(
                egress.map { ["--egress", $0] } ?? [], in: bench, tool: try await Prisoner.tool(in: here, bench),
                wallCheck: "0.3")
            let (server, table) = (try SocketServer(on: 0), try one.table + (egress == nil ? "" : "-out"))
            #expect(try await !one.reaches(one.gateway, server.port))
            for family in ["bridge", "inet"] {
                let removed = try await bench.tool("nft", "delete", "table", family, table)
                #expect(removed.status == 0, "\(removed)")
            }
            try await eventually("both tables", within: .seconds(30)) {
                let tables = try await bench.tool("nft", "list", "tables").text
                return tables.contains("table bridge \(table)\n") && tables.contains("table inet \(table)\n") ? true : nil
            }
            #expect(try await !one.reaches(one.gateway, server.port))
            #expect(try await one.tries("ping -c 1 -W 3 \(one.gateway)"))
            try await one.end()
            let words = "bulkhead: what keeps guests of \(table) in was taken away, and is set anew\n"
            #expect(one.guest.program.errorText.components(separatedBy: words).count == 2, "\(one.guest.program.errorText)")
        }
    }
}

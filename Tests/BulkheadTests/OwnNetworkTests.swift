import Foundation
import Glibc
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

extension HostTests {
    @Suite(.bench) struct OwnNetworkTests {
        private func own(_ bench: Bench) async throws -> OwnNetwork {
            let engine = try bench.engine()
            return OwnNetwork(
                connection: try await engine.link.connect().connection, ledger: engine.ledger, state: engine.state,
                template: try NetworkTemplate.builtIn(in: Bench.templates))
        }

        @Test func launchesThatFindItStoppedStartItTogether() async throws {
            let bench = try bench()
            let own = try await own(bench)
            _ = try await own.active()
            for _ in 0..<5 {
                #expect(try await bench.virsh("net-destroy", own.name).status == 0)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 { group.addTask { _ = try await own.active() } }
                    try await group.waitForAll()
                }
            }
        }

        /// A daemon that is killed while it starts a network leaves its bridge, and may leave its DHCP server.
        @Test func whatAKilledDaemonLeftIsTakenAway() async throws {
            let bench = try bench()
            let own = try await own(bench)
            let bridge = try await own.active().bridge
            #expect(try await bench.virsh("net-destroy", own.name).status == 0)
            for words in [["ip", "link", "add", bridge, "type", "bridge"], ["ip", "link", "set", bridge, "up"]] {
                let made = try await bench.tool("sh", "-c", words.joined(separator: " "))
                #expect(made.status == 0, "\(made)")
            }
            let file = "--conf-file=/var/lib/libvirt/dnsmasq/\(own.name).conf"
            let server = try RunningProgram(
                ["/bin/sh", "-c", "sleep 300; exit 1", file].map { Array($0.utf8) }, environment: [])
            _ = try await own.active()
            #expect(try await server.wait(within: .seconds(60)) == 128 + SIGKILL)
            #expect(try await bench.virsh("net-info", own.name).text.contains(/Active: +yes/))
        }

        /// A bridge that something hangs on is somebody's.
        @Test func aBridgeInUseStays() async throws {
            let bench = try bench()
            let name = "virbr-" + UUID().uuidString.prefix(8).lowercased()
            let stray = StrayBridge(name: name, network: "none-" + name)
            #expect(!stray.remove())
            let make = "ip link add \(name) type bridge && ip tuntap add p-\(name.suffix(8)) mode tap && "
                + "ip link set p-\(name.suffix(8)) master \(name)"
            let made = try await bench.tool("sh", "-c", make)
            #expect(made.status == 0, "\(made)")
            #expect(!stray.remove())
            _ = try await bench.tool("ip", "link", "del", "p-\(name.suffix(8))")
            #expect(stray.remove() && !stray.remove())
        }
    }
}

import Foundation
import TestSupport
import Testing

@testable import VMIsolation

extension HostTests {
    /// Beside the rules that Docker, ufw and firewalld set: what they keep guests from is told with what helps, and with
    /// that done guests have what they need, and no more. Recorded from the real ones.
    @Suite(.benchInHostOfItsOwn) struct FirewallTests {
        private static let (service, closed) = (5050, 5059)
        private static let files = Bench.repository + "/Tests/Fixtures/firewalls"

        /// What the host is told to have its rules before and after.
        private func shell(_ script: String) async throws {
            let done = try await bench().tool("sh", "-c", script)
            try #require(done.status == 0, "\(script): \(done)")
        }

        private func doctor() async throws -> String {
            let doctor = try await bench().call("doctor")
            return doctor.lines.filter { $0.contains("host's other rules") }.joined(separator: "\n")
        }

        /// Both networks, what lies outside, and a service of the agent's.
        private func withHost(_ body: (_ bridge: String) async throws -> Void) async throws {
            let bench = try bench()
            // A host ends with its last user, and its rules with it.
            let user = try bench.start([], input: .pipe, by: ["/bin/sh", "-c", "echo here; read word; true"])
            try await user.awaitOutput("here\n", within: .seconds(60))
            let outside = try await OutsideWorld(bench)
            let server = try bench.begin(OutsideWorld.serving(at: [Self.service, Self.closed]))
            try await server.awaitOutput("serving\n", within: .seconds(20))
            try await shell("ip route replace default via \(OutsideWorld.neighbour)")
            #expect(try await bench.run(command: ["true"]).status == 0)
            #expect(try await bench.run(["--egress", "nat"], command: ["true"]).status == 0)
            let network = try bench.network + "-out"
            let bridge = "vbout-" + (try bench.network.dropFirst("bulkhead-".count))
            let gateway = try await bench.tool(
                "sh", "-c", "ip -4 -o address show dev \(bridge) | sed 's/.*inet \\([0-9.]*\\).*/\\1/'")
            let ledger = try Ledger(path: bench.state + "/ledger.sqlite")
            try ledger.admit(port: Self.service, at: try #require(gateway.lines.first), of: network)
            try await shell("iptables-save >/run/before.rules")
            let result: Result<Void, any Error>
            do { result = .success(try await body(bridge)) } catch { result = .failure(error) }
            try await shell("iptables-restore </run/before.rules; nft delete table inet firewalld 2>/dev/null; true")
            server.signal(15)
            _ = try await server.wait(within: .seconds(20))
            try await outside.end()
            try user.closeInput()
            _ = try await user.wait(within: .seconds(60))
            try result.get()
        }

        private func closedRun(_ environment: [String: String] = [:]) async throws -> Finished {
            try await bench().run(command: ["true"], environment: environment)
        }

        /// Each line is what a guest with a way out should find.
        private func openRun() async throws -> Finished {
            let script = """
                gateway=$(ip route | sed -n 's/^default via \\([0-9.]*\\).*/\\1/p')
                reaches() { nc -w 3 $1 $2 -e true; }
                reaches $gateway \(Self.service) && echo service
                reaches $gateway \(Self.closed) || echo no other port
                reaches \(OutsideWorld.internet) \(OutsideWorld.port) && echo outside
                reaches \(OutsideWorld.inside) \(OutsideWorld.port) || echo no neighbour
                """
            return try await bench().run(["--egress", "nat"], shell: script)
        }

        private func expectRefusal(naming chain: String) async throws -> String {
            let run = try await openRun()
            let error = try run.report.error
            #expect(run.status == 125 && error?.name == "egressRefused", "\(run)")
            #expect(error?.detail.contains(chain) == true, "\(run)")
            return error?.remedy ?? ""
        }

        private func expectAllIsWell() async throws {
            let told = try await doctor()
            #expect(!told.contains("FAIL") && told.contains("ok"), "\(told)")
            let run = try await openRun()
            #expect(run.lines == ["service", "no other port", "outside", "no neighbour"], "\(run)")
        }

        @Test func besideDocker() async throws {
            try await withHost { _ in
                try await shell("iptables-restore --noflush \(Self.files)/docker.rules")
                #expect(try await doctor().contains("FAIL  host's other rules: chain FORWARD of table ip filter drops all"))
                let remedy = try await expectRefusal(naming: "chain FORWARD of table ip filter")
                #expect(try await closedRun().status == 0, "guests without a way out are not touched")
                #expect(remedy.contains("DOCKER-USER"))
                try await shell(remedy)
                try await expectAllIsWell()
            }
        }

        @Test func besideUfw() async throws {
            try await withHost { bridge in
                try await shell("iptables-restore --noflush \(Self.files)/ufw.rules")
                let told = try await bench().call("doctor").text
                for remedy in [
                    "ufw allow in on \(bridge) to any port 67 proto udp", "ufw route allow in on \(bridge)",
                    "ufw allow in on \(bridge) to any port \(Self.service) proto tcp",
                ] { #expect(told.contains(remedy), "\(told)") }
                _ = try await expectRefusal(naming: "chain FORWARD of table ip filter")
                #expect(try await closedRun().status == 0, "libvirt lets DHCP of the closed network in")
                // What these commands do; the way out alone leaves a guest without its address.
                try await shell("iptables -A ufw-user-forward -i \(bridge) -j ACCEPT")
                let silent = try await bench().run(
                    ["--egress", "nat"], command: ["true"], environment: ["BULKHEAD_BUDGET_LEASE": "8"])
                let error = try silent.report.error
                #expect(error?.name == "leaseTimeout", "\(silent)")
                #expect(error?.evidence.contains { $0.hasPrefix("chain INPUT of table ip filter drops") } == true, "\(silent)")
                #expect(error?.remedy == "ufw allow in on \(bridge) to any port 67 proto udp", "\(silent)")
                try await shell(
                    "iptables -A ufw-user-input -i \(bridge) -p udp --dport 67 -j ACCEPT && "
                        + "iptables -A ufw-user-input -i \(bridge) -p tcp --dport \(Self.service) -j ACCEPT")
                try await expectAllIsWell()
            }
        }

        @Test func besideFirewalld() async throws {
            try await withHost { bridge in
                try await shell("nft -f \(Self.files)/firewalld.nft")
                _ = try await expectRefusal(naming: "of table inet firewalld")
                let silent = try await closedRun(["BULKHEAD_BUDGET_LEASE": "8"])
                let error = try silent.report.error
                #expect(error?.name == "leaseTimeout", "\(silent)")
                #expect(error?.remedy.contains("--zone=trusted --add-interface=virbr-") == true, "\(silent)")
                // What these commands do.
                for name in [bridge, bridge.replacing("vbout-", with: "virbr-")] {
                    for (chain, target) in [("INPUT", "IN"), ("FORWARD", "FWD")] {
                        let rule = "filter_\(chain)_ZONES iifname \(name) goto filter_\(target)_trusted"
                        try await shell("nft insert rule inet firewalld \(rule)")
                    }
                }
                try await expectAllIsWell()
                #expect(try await closedRun().status == 0)
            }
        }

        /// Of a host whose administrator wrote the rules; it hears itself, as each does.
        @Test func besideChainsThatDropEverything() async throws {
            try await withHost { bridge in
                try await shell("iptables -A INPUT -i lo -j ACCEPT; iptables -P INPUT DROP; iptables -P FORWARD DROP")
                let remedy = try await expectRefusal(naming: "chain FORWARD of table ip filter")
                #expect(remedy.hasPrefix("iptables -I FORWARD -i \(bridge) -j ACCEPT; "), "\(remedy)")
                try await shell(remedy)
                let told = try await bench().call("doctor").text
                let fixes = told.matches(of: /iptables -I INPUT -i v\S+-\S+ .*-j ACCEPT/)
                #expect(fixes.count == 4, "the host's service, DHCP, and answers on both bridges: \(told)")
                for fix in fixes { try await shell(String(fix.output)) }
                try await expectAllIsWell()
                #expect(try await closedRun().status == 0)
            }
        }
    }
}

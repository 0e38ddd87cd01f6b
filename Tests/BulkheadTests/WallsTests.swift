import Foundation
import Glibc
import Isolation
import TestSupport
import Testing
import VMIsolation

@testable import SelfTest

extension HostTests {
    @Suite(.bench) struct WallsTests {
        private let here = TemporaryDirectory()

        @Test func everyWallHolds() async throws {
            let run = try await bench().call("self-test", "walls", "--json", within: .seconds(320))
            let report = try JSONDecoder().decode(WallsReport.self, from: Data(run.output))
            let wrong = report.findings.filter { ![.held, .works].contains($0.verdict) }
            #expect(run.status == 0 && wrong.isEmpty, "\(wrong)\n\(run.errorText)")
            let readme = try String(contentsOfFile: Bench.repository + "/README.md", encoding: .utf8)
            #expect(readme.contains(report.markdown), "the README's table is another one: \(report.markdown)")
            let docs = try String(contentsOfFile: Bench.repository + "/docs/threat-model.md", encoding: .utf8)
            let unknown = report.findings.map(\.probe).filter { !docs.contains("`\($0)`") }
            #expect(unknown.isEmpty, "docs/threat-model.md does not name them")
        }

        /// The suite finds what containers have left.
        @Test func endedInMidTestItTakesItsGuestsAlong() async throws {
            let bench = try bench()
            let test = try bench.start(["self-test", "walls"])
            try await eventually("both guests", within: .seconds(120)) {
                let running = try await bench.call("ps").lines.filter { $0.contains("running") }
                return running.count == 2 ? true : nil
            }
            test.signal(SIGTERM)
            #expect(try await test.wait(within: .seconds(60)) == 125, "\(test.errorText)")
            for folder in ["", "/containers", "/sandboxes"] {
                let names = try FileManager.default.contentsOfDirectory(atPath: bench.state + folder)
                #expect(!names.contains { $0.hasPrefix("self-test-") || $0.hasPrefix("run-") }, "\(names)")
            }
        }

        /// What each frame meets where nothing is in its way. A probe that holds here as well proves nothing.
        @Test func everyFrameComesThroughWithoutItsWall() async throws {
            let network = "bhtopen"
            let file = try here.file(
                "network.xml",
                """
                <network><name>\(network)</name><forward mode='open'/><bridge name='\(network)' stp='off' delay='0'/>\
                <dns enable='no'/><ip address='10.77.7.1' netmask='255.255.255.0'><dhcp>\
                <range start='10.77.7.10' end='10.77.7.250'/></dhcp></ip>\
                <ip family='ipv6' address='fd77::1' prefix='64'/></network>
                """.utf8)
            let bench = try bench()
            #expect(try await bench.virsh("net-define", file).status == 0)
            let start = try await bench.virsh("net-start", network)
            #expect(start.status == 0, "\(start)")
            let result: Result<[Finding], any Error>
            do { result = .success(try await findings(without: network)) } catch { result = .failure(error) }
            _ = try await bench.virsh("net-destroy", network)
            _ = try await bench.virsh("net-undefine", network)
            for finding in try result.get() {
                switch finding.wall {
                case .neighbour, .host, .outside, .identity: #expect(finding.verdict == .breach, "\(finding)")
                case .control: #expect(finding.verdict == .works, "\(finding)")
                case .egress, .agent, .machine, .files, .resources: break
                }
            }
        }

        /// What guests with a way out meet where nobody looks after it: the rules are gone, and the host routes.
        @Test func everyWayOutLeadsEverywhereWithoutItsWall() async throws {
            let bench = try bench()
            let network = try bench.network + "-out"
            let findings = try await walls(Bench.machines()).waysOut { one, other in
                for family in ["bridge", "inet"] {
                    let removed = try await bench.tool("nft", "delete", "table", family, network)
                    #expect(removed.status == 0, "\(removed)")
                }
                try Self.set("/proc/sys/net/ipv6/conf/\(one.bridge)/disable_ipv6", "0")
                try Self.takeAway([one, other])
            }
            #expect(findings.count > 20)
            for finding in findings {
                #expect(finding.verdict == (finding.wall == .control ? .works : .breach), "\(finding)")
            }
        }

        /// Who has another executor's token is that executor, and guests whose address and way are free reach operators.
        @Test func theAgentTakesWhatItsWallsHoldBack() async throws {
            let bench = try bench()
            let token: @Sendable (String) async throws -> String = { work in
                try await eventually("the other executor's token", within: .seconds(30)) {
                    let records = try Ledger(path: work + "/ledger.sqlite").records()
                    let variables = records.flatMap(\.config.command.environment)
                    return variables.first { $0.name == "MESOS_EXECUTOR_AUTHENTICATION_TOKEN" }?.value
                }
            }
            let findings = try await walls(Bench.machines()).agent(
                AgentTest.Weakness(token: token) { work in
                    let name = "bulkhead-" + (try Ledger(path: work + "/ledger.sqlite").owner.prefix(8))
                    let bridge = "virbr-" + name.suffix(8)
                    // The agent closes connections from its guests' addresses unread, so they come from another one.
                    let opened = try await bench.tool(
                        "sh", "-c",
                        """
                        nft delete table inet \(name) && nft delete table bridge \(name) && \
                        nft add table ip bhtagent && \
                        nft 'add chain ip bhtagent input { type nat hook input priority 100; }' && \
                        nft add rule ip bhtagent input iifname \(bridge) snat to 192.0.2.200 && \
                        ip route add 192.0.2.200/32 dev \(bridge)
                        """)
                    #expect(opened.status == 0, "\(opened)")
                })
            _ = try await bench.tool("nft", "delete", "table", "ip", "bhtagent")
            #expect(findings.count > 12)
            for finding in findings {
                #expect(finding.verdict == (finding.wall == .control ? .works : .breach), "\(finding)")
            }
        }

        private func findings(without network: String) async throws -> [Finding] {
            var machines = try Bench.machines()
            machines.network = network
            return try await walls(machines).closed { try Self.takeAway([$0, $1]) }
        }

        private func walls(_ machines: Engine.Machines) async throws -> Walls {
            let canary = try await bench().tool(Bench.repository + "/bin/build-canary")
            return try Walls(
                try bench().engine(), machines, image: ImageStore.defaultName,
                program: canary.text.trimmingCharacters(in: .newlines),
                programs: AgentPrograms(
                    directory: URL(fileURLWithPath: Bench.program).deletingLastPathComponent().path, flags: []))
        }

        /// What the kernel has between guests of a bridge, and between them and what the host would route.
        private static func takeAway(_ places: [GuestPlace]) throws {
            for place in places {
                try set("/sys/class/net/\(place.interface)/brport/isolated", "0")
                try set("/proc/sys/net/ipv4/conf/\(place.bridge)/route_localnet", "1")
                try set("/proc/sys/net/ipv4/conf/\(place.bridge)/rp_filter", "0")
            }
            try set("/proc/sys/net/ipv4/conf/all/rp_filter", "0")
            try set("/proc/sys/net/ipv6/conf/all/forwarding", "1")
        }

        private static func set(_ path: String, _ value: String) throws {
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.write(contentsOf: Data(value.utf8))
            try file.close()
        }
    }
}

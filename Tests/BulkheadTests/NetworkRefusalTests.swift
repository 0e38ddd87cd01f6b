import Foundation
import TestSupport
import Testing
import VMIsolation

extension HostTests {
    /// Networks that are not ours.
    @Suite(.bench) struct ForeignNetworkTests {
        private let here = TemporaryDirectory()

        /// Defines a network, starts it where wanted, and takes it away after the body.
        private func withNetwork(
            _ name: String, range: ClosedRange<Int>, started: Bool, _ body: () async throws -> Void
        ) async throws {
            let bench = try bench()
            let file = try here.file(
                "network.xml",
                """
                <network><name>\(name)</name><bridge name='\(name)' stp='off' delay='0'/>\
                <ip address='10.77.\(range.upperBound).1' netmask='255.255.255.0'><dhcp>\
                <range start='10.77.\(range.upperBound).\(range.lowerBound)' end='10.77.\(range.upperBound).\(range.upperBound)'/>\
                </dhcp></ip></network>
                """.utf8)
            #expect(try await bench.virsh("net-define", file).status == 0)
            let result: Result<Void, any Error>
            do {
                if started {
                    let start = try await bench.virsh("net-start", name)
                    #expect(start.status == 0, "\(start)")
                }
                result = .success(try await body())
            } catch { result = .failure(error) }
            if started { _ = try await bench.virsh("net-destroy", name) }
            _ = try await bench.virsh("net-undefine", name)
            try result.get()
        }

        private func refused(_ network: String, _ reason: String) async throws {
            let run = try await bench().run(["--network", network], command: ["true"], within: .seconds(60))
            let report = try run.report
            #expect(run.status == 125 && report.outcome == "launchFailed" && report.failedStage == "prepare", "\(run)")
            #expect(report.error?.name == reason && report.error?.remedy.isEmpty == false, "\(run)")
        }

        @Test func aMissingOne() async throws { try await refused("no-such-network", "networkMissing") }

        @Test func anInactiveOne() async throws {
            try await withNetwork("bhtidle", range: 10...100, started: false) {
                try await refused("bhtidle", "networkInactive")
            }
        }

        @Test func oneWithoutRoom() async throws {
            try await withNetwork("bhtfull", range: 101...101, started: true) {
                try await refused("bhtfull", "networkFull")
            }
        }

        /// An agent starts again where guests of its own have taken all there is.
        @Test func oneWithoutRoomServesThoseThatHaveIt() async throws {
            try await withNetwork("bhtserved", range: 103...103, started: true) {
                var machines = try Bench.machines()
                machines.network = "bhtserved"
                #expect(try await bench().engine().guestSide(machines).address == "10.77.103.1")
            }
        }

        @Test func aGuestOnIt() async throws {
            try await withNetwork("bhtlan", range: 50...102, started: true) {
                let run = try await bench().run(
                    ["--network", "bhtlan", "--keep", "--name", "on-lan"], shell: "ip -4 addr show eth0")
                #expect(run.status == 0 && run.text.contains("10.77.102."), "\(run)")
                let list = try await bench().call("ps")
                #expect(list.text.contains("10.77.102."), "\(list)")
                #expect(try await bench().call("rm", "on-lan").status == 0)
                try await eventually("the end of its lease", within: .seconds(30)) {
                    try await bench().virsh("net-dhcp-leases", "bhtlan").text.contains("10.77.102.") ? nil : true
                }
            }
        }
    }
}

import Foundation
import TestSupport
import Testing

@testable import VMIsolation

extension HostTests {
    /// What guests reach beside their own network: what their policy says, and with the walls taken away all there is.
    @Suite(.bench) struct EgressTests {
        private let here = TemporaryDirectory()
        /// Of the host's.
        private static let port = 5077

        private func guest(_ egress: String?) async throws -> Prisoner {
            let bench = try bench()
            let options = egress.map { ["--egress", $0] } ?? []
            let one = try await Prisoner(options, in: bench, tool: try await Prisoner.tool(in: here, bench))
            if egress != nil { try await one.awaitIPv6() }
            // One without a way out makes itself the route that it was not given.
            #expect(try await one.tries("ip route | grep -q default || ip route add default via \(one.gateway)"))
            return one
        }

        private func reached(_ one: Prisoner, _ port: Int = OutsideWorld.port) async throws -> Set<String> {
            var found: Set<String> = []
            for address in OutsideWorld.all where try await one.reaches(address, port) { found.insert(address) }
            return found
        }

        private func withOutside(_ body: (OutsideWorld) async throws -> Void) async throws {
            let outside = try await OutsideWorld(bench())
            let result: Result<Void, any Error>
            do { result = .success(try await body(outside)) } catch { result = .failure(error) }
            try await outside.end()
            try result.get()
        }

        @Test func theInternetIsNotTheHostsNeighbours() async throws {
            try await withOutside { outside in
                let (one, internet) = (try await guest("nat"), Set([OutsideWorld.internet, OutsideWorld.internet6]))
                let server = try one.bench.begin(OutsideWorld.serving(at: [Self.port]))
                try await server.awaitOutput("serving\n", within: .seconds(20))
                let own = [OutsideWorld.host, OutsideWorld.host6, one.gateway, try await one.gateway6]
                #expect(try await reached(one) == internet)
                #expect(outside.peers == [OutsideWorld.host, OutsideWorld.host6], "outside it is the host that comes")
                for address in own { #expect(try await !one.reaches(address, Self.port), "the host is not outside") }
                let table = try one.table + "-out"
                let removed = try await one.bench.tool("nft", "delete", "table", "inet", table)
                #expect(removed.status == 0, "\(removed)")
                #expect(try await reached(one) == Set(OutsideWorld.all), "without the wall it reaches all of it")
                for address in own { #expect(try await one.reaches(address, Self.port), "\(address)") }
                server.signal(9)
                _ = try await server.wait(within: .seconds(10))
                var machines = try Bench.machines()
                machines.reachOut = true
                let side = try await one.bench.engine().guestSide(machines)
                #expect(try await side.restoreWalls().contains(table))
                #expect(try await side.restoreWalls().isEmpty)
                #expect(try await reached(one) == internet, "the wall, with the same way out")
                try await one.end()
            }
        }

        @Test func aListIsAllThereIs() async throws {
            try await withOutside { _ in
                let (port, next) = (OutsideWorld.port, OutsideWorld.otherPort)
                let one = try await guest("\(OutsideWorld.inside):\(port),[\(OutsideWorld.inside6)]:\(port)")
                let other = try await guest(
                    "\(OutsideWorld.metadata):\(next),\(OutsideWorld.neighbour)/32,\(OutsideWorld.neighbour6),2002::/16/tcp")
                let listed: Set = [OutsideWorld.neighbour, OutsideWorld.neighbour6, OutsideWorld.translated6]
                #expect(try await reached(one) == [OutsideWorld.inside, OutsideWorld.inside6])
                #expect(try await reached(one, next).isEmpty)
                #expect(try await reached(other) == listed)
                #expect(try await reached(other, next) == listed.union([OutsideWorld.metadata]))
                #expect(try await !one.reaches(other.own.address, 22))
                #expect(try await !other.reaches(one.own.address, 22))
                try await one.end()
                #expect(try await reached(other) == listed, "another's end changes nothing")
                let rules = try await other.bench.tool("nft", "list", "table", "inet", try other.table + "-out")
                #expect(rules.text.matches(of: /chain guest-\d+/).count == 1, "\(rules)")
                try await other.end()
            }
        }

        @Test func withoutAPolicyThereIsNoWayOut() async throws {
            try await withOutside { _ in
                let one = try await guest(nil)
                #expect(try await reached(one).isEmpty)
                for family in ["bridge", "inet"] {
                    _ = try await one.bench.tool("nft", "delete", "table", family, try one.table)
                }
                #expect(try await reached(one).isEmpty, "libvirt's own rules stand behind ours")
                try await one.end()
            }
        }

        /// Each is refused before anything is made.
        @Test func waysThatCannotBeGiven() async throws {
            let bench = try bench()
            let before = try await bench.snapshot()
            for (options, name) in [
                (["--egress", "all"], "badOption"), (["--egress", "none,nat"], "badOption"),
                (["--egress", "[fe80::1]:443"], "badOption"),
                (["--egress", "nat", "--network", "default"], "badOption"),
                (["--egress", "nat", "--isolation", "process"], "badOption"),
            ] {
                let run = try await bench.call(["run"] + options + ["--", "true"])
                #expect(run.status == 125 && run.errorText.contains(name + ": "), "\(run)")
            }
            #expect(try await bench.snapshot() == before)
        }

        /// Nobody gets a way out whose rules cannot be set.
        @Test func noRulesNoGuest() async throws {
            let bench = try bench()
            let launched = try bench.launch(["--egress", "nat"], command: ["true"], by: Prisoner.unprivileged)
            let run = try await bench.finish(launched)
            let report = try run.report
            #expect(run.status == 125 && report.failedStage == "prepare", "\(run)")
            #expect(
                report.error?.name == "wallRefused" && report.error?.remedy.contains("CAP_NET_ADMIN") == true, "\(run)")
        }
    }

    /// In a host of its own: others' guests want to be routed.
    @Suite(.benchInHostOfItsOwn) struct UnroutedHostTests {
        /// As an administrator may have set it.
        @Test func aHostThatDoesNotRouteSaysSo() async throws {
            let bench = try bench()
            // A host ends with its last user, and a new one routes.
            let user = try bench.start([], input: .pipe, by: ["/bin/sh", "-c", "read word; true"])
            #expect(try await bench.run(["--egress", "nat"], command: ["true"]).status == 0)
            let changed = try await bench.tool("sh", "-c", "echo 0 >/proc/sys/net/ipv4/ip_forward")
            #expect(changed.status == 0)
            let run = try await bench.run(["--egress", "nat"], command: ["true"])
            let doctor = try await bench.call("doctor")
            try user.closeInput()
            _ = try await user.wait(within: .seconds(60))
            let error = try run.report.error
            #expect(run.status == 125 && error?.name == "egressRefused", "\(run)")
            #expect(doctor.text.contains("FAIL  forwarding"), "\(doctor)")
        }
    }

    /// The same; each in one of its own, as both change it.
    @Suite(.benchInHostOfItsOwn) struct UnroutedIPv6Tests {
        /// Nobody switches IPv6 over for a guest, and nobody waits for it who does not need it.
        @Test func aHostThatDoesNotRouteIPv6SaysSo() async throws {
            let bench = try bench()
            let user = try bench.start([], input: .pipe, by: ["/bin/sh", "-c", "read word; true"])
            let six = ["--egress", "[2001:db8::1]:443"]
            func refusal(_ options: [String]) async throws -> String {
                let run = try await bench.run(options, command: ["true"])
                let error = try run.report.error
                #expect(run.status == 125 && error?.name == "egressRefused", "\(run)")
                return "\(error?.detail ?? "") \(error?.remedy ?? "")"
            }
            func shell(_ script: String) async throws {
                let done = try await bench.tool("sh", "-c", script)
                try #require(done.status == 0, "\(done)")
            }
            try await shell("echo 0 >/proc/sys/net/ipv6/conf/all/forwarding")
            #expect(try await bench.run(["--egress", "nat"], shell: "sleep 4; ! ip -6 route | grep ^default").status == 0)
            let refused = try await refusal(six)
            #expect(refused.contains("forwarding is 0") && refused.contains("accept_ra=2"), "\(refused)")
            try await shell("test $(cat /proc/sys/net/ipv6/conf/all/forwarding) = 0")
            try await shell("echo 1 >/proc/sys/net/ipv6/conf/all/forwarding")
            #expect(try await refusal(six).contains("bulkhead sweep --network"))
            #expect(try await bench.call("sweep", "--network").status == 0)
            #expect(try await bench.run(six, shell: Prisoner.six).status == 0)
            // As an older version made it.
            let network = try bench.network + "-out"
            try await shell(
                """
                virsh="virsh -q -c qemu:///system"; $virsh net-dumpxml \(network) | sed 's/<dns .*/<dns enable="no"\\/>/' >/run/old.xml
                $virsh net-destroy \(network) && $virsh net-define /run/old.xml && $virsh net-start \(network)
                """)
            #expect(try await refusal(["--egress", "dns"]).contains("bulkhead sweep --network"))
            try await shell("virsh -q -c qemu:///system net-destroy \(network)")
            #expect(try await bench.run(["--egress", "dns"], command: ["true"]).status == 0, "stopped, it is made anew")
            try user.closeInput()
            _ = try await user.wait(within: .seconds(60))
        }
    }
}

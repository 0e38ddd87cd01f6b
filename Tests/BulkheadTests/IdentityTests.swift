import Foundation
import TestSupport
import Testing
import VMIsolation

extension HostTests {
    @Suite(.bench) struct IdentityTests {
        /// Says who it is, then tries each address that it reads.
        private static let script = """
            banner() { nc -w $1 $2 22 </dev/null 2>/dev/null | head -c 3 | grep -q SSH; }
            cat /etc/machine-id; hostname; cat /sys/class/net/eth0/address; \
            echo ready; while read -r what address; do case $what in \
            ping) ping -c 1 -W 2 $address >/dev/null 2>&1 && echo "ping $address yes" || echo "ping $address no" ;; \
            tcp) banner 2 $address && echo "tcp $address yes" || echo "tcp $address no" ;; \
            own) until banner 2 $address; do sleep 0.2; done; echo "own $address yes" ;; \
            esac; done
            """

        private func facts(_ guest: Launched) throws -> [String] {
            let lines = guest.program.outputText.split(separator: "\n").map(String.init)
            return Array(lines.prefix { $0 != "ready" })
        }

        private func address(of guest: Launched) async throws -> String {
            struct Row: Decodable { var name: String, address: String? }
            let rows = try JSONDecoder().decode([Row].self, from: Data(try await bench().call("ps", "--json").output))
            return try #require(rows.first { $0.name == guest.name }?.address)
        }

        /// As anybody on the bridge sees it.
        private func hostKey(at address: String) async throws -> String {
            let scan = try await bench().tool("ssh-keyscan", "-t", "ed25519", address)
            return try #require(
                scan.lines.first { !$0.hasPrefix("#") }?.split(separator: " ").last.map(String.init), "\(scan)")
        }

        private func ask(_ guest: Launched, _ question: String, _ answer: String) async throws {
            try guest.program.send(Array((question + "\n").utf8))
            try await guest.program.awaitOutput(answer + "\n", within: .seconds(60))
        }

        @Test func twoGuestsShareNothingAndReachNobody() async throws {
            let bench = try bench()
            let first = try bench.launch(shell: Self.script, input: .pipe)
            let second = try bench.launch(shell: Self.script, input: .pipe)
            for guest in [first, second] { try await guest.program.awaitOutput("ready\n") }
            let (one, other) = (try facts(first), try facts(second))
            #expect(one.count == 3 && one.count == other.count, "\(one) \(other)")
            for (left, right) in zip(one, other) { #expect(left != right) }
            #expect(one.dropFirst().first == first.name && other.dropFirst().first == second.name)

            let (here, there) = (try await address(of: first), try await address(of: second))
            #expect(here != there)
            let keys = [try await hostKey(at: here), try await hostKey(at: there)]
            #expect(keys[0] != keys[1] && keys.allSatisfy { $0.hasPrefix("AAAAC3") }, "\(keys)")
            try await ask(first, "own \(here)", "own \(here) yes")
            try await ask(first, "tcp \(there)", "tcp \(there) no")
            try await ask(first, "ping \(there)", "ping \(there) no")
            try await ask(second, "ping \(here)", "ping \(here) no")
            try await ask(second, "ping 192.0.2.1", "ping 192.0.2.1 no")
            for guest in [first, second] {
                try guest.program.closeInput()
                #expect(try await bench.finish(guest).status == 0)
            }
        }

        /// A guest that answers at the right address, but holds another key than the one that we planted.
        @Test func anotherHostKeyIsNotOurGuest() async throws {
            let here = TemporaryDirectory()
            let key = here.path + "/key"
            let made = try await bench().tool("dropbearkey", "-t", "ed25519", "-f", key)
            #expect(made.status == 0, "\(made)")
            let seeding = "apply_seed() {\n"
            let script = try String(contentsOfFile: Bench.templates + "/guest/init", encoding: .utf8)
            #expect(script.contains(seeding))
            let swapped = seeding + "    cat /other_key >/etc/dropbear/dropbear_ed25519_host_key\n"
            var files = CPIOArchive()
            try files.addFile(
                "other_init", mode: 0o755, Array(script.replacingOccurrences(of: seeding, with: swapped).utf8))
            try files.addFile("other_key", mode: 0o600, Array(Data(contentsOf: URL(fileURLWithPath: key))))
            let image = try ImageCopy(in: here)
            try image.addToInitrd(files)
            try image.appendToCommandLine("rdinit=/other_init")

            let run = try await bench().run(["--image", image.path], shell: "echo a stranger took our command")
            let report = try run.report
            #expect(run.status == 125 && report.outcome == "launchFailed" && report.failedStage == "hostKey", "\(run)")
            #expect(report.error?.name == "wrongHostKey" && run.output.isEmpty, "\(run)")
            let prints = report.error?.detail.split(separator: " ").filter { $0.hasPrefix("SHA256:") }.map {
                $0.prefix(50)
            }
            #expect(prints.map { Set($0).count } == 2, "both fingerprints: \(run)")
            let stage = try #require(report.stages.first { $0.stage == "hostKey" })
            #expect(
                report.stages.filter { $0.stage == "hostKey" }.count == 1 && stage.failure == "wrongHostKey", "\(run)")
        }

        @Test func aGuestHasNoWayOut() async throws {
            let run = try await bench().run(
                shell:
                    "ip route; for a in 192.0.2.1 169.254.169.254; do ping -c 1 -W 2 $a >/dev/null 2>&1 && echo out; done; ip -6 route | grep default; true"
            )
            #expect(run.status == 0)
            #expect(!run.text.contains("out") && !run.text.contains("default"), "\(run)")
            #expect(run.lines.contains { $0.contains("dev eth0") }, "but it has its own subnet")
        }
    }
}

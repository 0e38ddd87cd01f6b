import Foundation
import Isolation
import TestSupport
import Testing
import VMIsolation

extension HostTests {
    /// A running guest's secrets are where they must be, and nowhere else on the host.
    @Suite(.bench) struct SecretTests {
        /// Everything that libvirt knows, says and keeps.
        private func libvirt(_ domain: String) async throws -> [UInt8] {
            let bench = try bench()
            var all: [UInt8] = []
            for flag in ["--security-info", "--inactive"] {
                let shown = try await bench.virsh("dumpxml", flag, domain)
                #expect(shown.status == 0, "\(shown)")
                all += shown.output
            }
            #expect(String(decoding: all, as: UTF8.self).contains("<bulkhead:container"))
            return all
        }

        private func expectNowhere(
            _ search: SecretSearch, but files: Set<String>, owners: Set<Int32> = [], _ domain: String, _ what: String
        ) async throws {
            #expect(search.processes(but: owners).isEmpty, "\(what)")
            #expect(try await !search.isIn(libvirt(domain)), "\(what) in the domain's XML")
            for place in ["/var/log/libvirt", "/run/libvirt", "/etc/libvirt", "/var/lib/libvirt"] {
                #expect(search.files(below: place).isEmpty, "\(what) below \(place)")
            }
            let found = search.files(below: try bench().state)
            #expect(Set(found.keys) == files, "\(what)")
            // With one more reader's right a seed shows that right in the group's place.
            #expect(
                found.allSatisfy { $0.value == 0o600 || $0.key.hasSuffix("/seed") && $0.value == 0o640 }, "\(found)")
        }

        /// The private half is behind the public one.
        private func clientKey(_ file: String) throws -> SecretSearch {
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            try #require(lines.count > 5 && lines[0].contains("PRIVATE KEY"))
            return SecretSearch(String(lines[3]))
        }

        /// As dropbear keeps it: the kind, 64 bytes' length, the private half.
        private func hostKey(_ seed: String) throws -> SecretSearch {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: seed))
            let kind = try #require(bytes.range(of: Data("ssh-ed25519".utf8) + [0, 0, 0, 64]))
            return SecretSearch(bytes[kind.upperBound...].prefix(32))
        }

        @Test func anEnvironmentAndTheKeysStayWhereTheyBelong() async throws {
            let bench = try bench()
            let secret = "hush-" + UUID().uuidString
            let launched = try bench.launch(
                ["--env", "TOKEN", "--keep", "--verbose"], shell: "[ -n \"$TOKEN\" ] && echo up; read word; echo $word",
                input: .pipe, environment: ["TOKEN": secret])
            try await launched.program.awaitOutput("up\n")
            let own = "containers/\(launched.name)"
            let ledger = SecretSearch(secret).files(below: bench.state).keys.filter { $0.hasPrefix("ledger.sqlite") }
            #expect(!ledger.isEmpty, "who launches it again needs it")
            try await expectNowhere(
                SecretSearch(secret), but: Set(ledger), owners: [launched.program.identifier], launched.domain,
                "the environment")
            let key = try clientKey("\(bench.state)/\(own)/client_key")
            try await expectNowhere(key, but: [own + "/client_key"], launched.domain, "the client's key")
            let seed = try hostKey("\(bench.state)/\(own)/seed")
            try await expectNowhere(seed, but: [own + "/seed"], launched.domain, "the guest's host key")
            #expect(!SecretSearch(secret).isIn(launched.program.errors), "in what is printed")
            try launched.program.closeInput()
            #expect(try await launched.program.wait(within: .seconds(60)) == 0, "\(launched.program.errorText)")
            #expect(try await bench.call("rm", launched.name).status == 0)
            #expect(
                key.files(below: bench.state).isEmpty && seed.files(below: bench.state).isEmpty, "gone with the guest")
        }

        /// Without a need for it later, the key is in our memory alone.
        @Test func theKeyOfAnOrdinaryRunIsNoFile() async throws {
            let bench = try bench()
            let launched = try bench.launch(shell: "echo up; read word", input: .pipe)
            try await launched.program.awaitOutput("up\n")
            let files = try FileManager.default.contentsOfDirectory(
                atPath: "\(bench.state)/containers/\(launched.name)")
            #expect(Set(files) == ["console.log", "scratch.raw", "seed"], "\(files)")
            try launched.program.send(Array("end\n".utf8))
            #expect(try await bench.finish(launched).status == 0)
        }
    }
}

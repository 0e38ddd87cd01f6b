import Foundation
import Glibc
import TestSupport
import Testing

extension HostTests {
    /// A command whose output goes to its sandbox, and processes of ours that are killed meanwhile.
    @Suite(.bench) struct SandboxOutputTests {
        private static let program =
            URL(fileURLWithPath: Bench.program).deletingLastPathComponent().path + "/crash-worker"
        private static let counting =
            "i=0; while [ $i -lt 40 ]; do i=$((i + 1)); echo out $i; echo err $i >&2; sleep 0.1; done; exit 7"
        /// In the guest: whether no process of ours is connected. The first dropbear listens.
        private static let alone = "[ $(pidof dropbear | wc -w) = 1 ]"

        /// Launches the container, or takes it up where a former process left it.
        private func start(_ name: String, _ script: String) throws -> RunningProgram {
            let words = [Self.program, try bench().directory.path, "run", name, script]
            return try RunningProgram(words.map { Array($0.utf8) }, environment: try bench().environment())
        }

        private func sandboxFile(_ name: String, _ file: String) throws -> String {
            let data = FileManager.default.contents(atPath: try bench().state + "/sandboxes/\(name)/\(file)")
            return String(decoding: data ?? Data(), as: UTF8.self)
        }

        private func lines(_ word: String) -> String { (1...40).map { "\(word) \($0)\n" }.joined() }

        private func killed(_ program: RunningProgram) async throws {
            program.signal(SIGKILL)
            #expect(try await program.wait(within: .seconds(60)) == 128 + SIGKILL)
        }

        private func end(_ name: String, _ script: String) async throws -> String {
            let program = try start(name, script)
            #expect(try await program.wait(within: .seconds(120)) == 0, "\(program.errorText)")
            let left = try await bench().leftovers(of: name)
            #expect(left.isEmpty, "left behind: \(left)")
            return program.outputText
        }

        private func expectAll(of name: String) throws {
            #expect(try sandboxFile(name, "stdout") == lines("out"))
            #expect(try sandboxFile(name, "stderr") == lines("err"))
            #expect(try sandboxFile(name, "launch.json").contains("file result: status 7"))
            #expect(try !sandboxFile(name, "console.log").isEmpty)
            let names = try FileManager.default.contentsOfDirectory(atPath: try bench().state + "/sandboxes/" + name)
            #expect(names.sorted() == ["console.log", "launch.json", "stderr", "stdout"])
        }

        @Test func allThatACommandWritesIsInItsSandbox() async throws {
            let name = Bench.name()
            #expect(try await end(name, Self.counting) == "exited(7)\n")
            try expectAll(of: name)
        }

        @Test func neitherOutputNorResultIsLostOrDoubledWhenWeAreKilled() async throws {
            let name = Bench.name()
            // It does not get on without being killed and followed again, and so does not end before that.
            let waits = """
                sleep 0.1; case $i in 4) sessions=$(pidof dropbear) ;; \
                12) until [ "$(pidof dropbear)" != "$sessions" ] && ! \(Self.alone); do sleep 0.1; done; \
                sessions=$(pidof dropbear) ;; \
                28) while [ "$(pidof dropbear)" = "$sessions" ]; do sleep 0.1; done ;; esac
                """
            let script = Self.counting.replacing("sleep 0.1", with: waits)
            for line in ["out 8\n", "out 20\n"] {
                let program = try start(name, script)
                try await eventually(line, within: .seconds(120)) {
                    try sandboxFile(name, "stdout").contains(line) ? true : nil
                }
                try await killed(program)
            }
            #expect(try await end(name, script) == "exited(7)\n")
            try expectAll(of: name)
        }

        /// The guest's SSH server drops our session, as it may when one command ends while another begins.
        @Test func aSessionThatBreaksOffIsMadeAnew() async throws {
            let name = Bench.name()
            let drop = "kill $(pidof dropbear | tr ' ' '\\n' | sort -n | tail -n +2)"
            let script = Self.counting.replacingOccurrences(of: "sleep 0.1", with: "[ $i != 15 ] || \(drop); sleep 0.1")
            #expect(try await end(name, script) == "exited(7)\n")
            try expectAll(of: name)
            #expect(try sandboxFile(name, "console.log").split(separator: "Pubkey auth succeeded").count > 2)
        }

        @Test(arguments: [("poweroff -f", "guestPoweredOff\n"), ("reboot -f", "guestRebooted\n")])
        func whatBecameOfAGuestMeanwhileIsFound(_ command: String, _ outcome: String) async throws {
            let name = Bench.name()
            let script = "echo on; until \(Self.alone); do sleep 0.1; done; \(command); sleep 60"
            let program = try start(name, script)
            try await eventually("the first line", within: .seconds(120)) {
                try sandboxFile(name, "stdout") == "on\n" ? true : nil
            }
            try await killed(program)
            try await eventually("the guest's end while nobody looks", within: .seconds(60)) {
                let state = try await bench().virsh("domstate", "bulkhead-" + name).lines
                let console = FileManager.default.contents(
                    atPath: try bench().state + "/containers/\(name)/console.log")
                let boots = String(decoding: console ?? Data(), as: UTF8.self).split(separator: "bulkhead: ready")
                return state == ["shut off"] || boots.count > 2 ? true : nil
            }
            #expect(try await end(name, script) == outcome)
            #expect(try sandboxFile(name, "stdout") == "on\n")
        }
    }
}

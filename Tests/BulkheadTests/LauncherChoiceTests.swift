import Foundation
import Glibc
import TestSupport
import Testing

extension HostTests {
    /// The same on the command line, whatever a container runs in.
    @Suite(.bench) struct LauncherChoiceTests {
        static let external = "external:\(Bench.templates)/external/unshare.sh"
        static let spelledOut = "vm/compute,vm/disk,vm/network,vm/identity,vm/console,vm/sandbox,vm/time"

        /// The isolations that this machine can do.
        static let all = ["process", spelledOut] + (canUnshare ? [external] : [])
        static let light = ["process"] + (canUnshare ? [external] : [])

        private static var canUnshare: Bool {
            geteuid() == 0
                && ["jq", "unshare", "nsenter", "flock"].allSatisfy { tool in
                    ["/usr/bin/", "/bin/"].contains { access($0 + tool, X_OK) == 0 }
                }
        }

        private func option(_ isolation: String) -> [String] { ["--isolation=\(isolation)", "--mem=128", "--disk=32"] }

        @Test(arguments: all)
        func statusAndStreamsAreTheCommands(_ isolation: String) async throws {
            let run = try await bench().run(
                option(isolation), shell: "cat; echo $WORD >&2; exit 7", input: .bytes(Array("one\ntwo\n".utf8)),
                environment: ["WORD": "here"])
            #expect(run.status == 7 && run.text == "one\ntwo\n", "\(run)")
            let passed = try await bench().run(
                option(isolation) + ["--env", "WORD=given"], shell: "echo $WORD >&2; kill -KILL $$")
            #expect(
                passed.status == 137 && String(decoding: passed.commandErrors, as: UTF8.self) == "given\n", "\(passed)")
            let report = try passed.report
            #expect(report.outcome == "signalled" && report.signal == SIGKILL && !report.evidence.isEmpty, "\(report)")
        }

        @Test(.enabled("needs root, unshare and jq") { canUnshare })
        func whatTheProgramCannotDoIsRefused() async throws {
            let run = try await bench().run(
                option(Self.external) + ["--put", "/etc/hostname:/sandbox/x"], command: ["true"])
            let report = try run.report
            #expect(
                run.status == 125 && report.error?.name == "badOption" && report.error?.subject == "--put", "\(run)")
        }

        @Test(arguments: ["process", spelledOut])
        func filesGoInAndComeOut(_ isolation: String) async throws {
            let here = TemporaryDirectory()
            let file = try here.file("in", Array("what goes in\n".utf8))
            let run = try await bench().run(
                option(isolation) + ["--put", "\(file):/sandbox/in", "--get", "/sandbox/out:\(here.path)/out"],
                shell: "cat in >out; echo and more >>out; exit 3")
            #expect(run.status == 3, "\(run)")
            let out = FileManager.default.contents(atPath: here.path + "/out")
            #expect(out == Data("what goes in\nand more\n".utf8), "\(run)")
        }

        @Test(arguments: all)
        func aRunningOneIsListedAndRemoved(_ isolation: String) async throws {
            let bench = try bench()
            let mark = "mark-\(Bench.name())"
            let launched = try bench.launch(
                option(isolation), command: ["sh", "-c", "echo on; while :; do sleep 0.1; done", mark])
            try await launched.program.awaitOutput("on")
            let listed = try await bench.call("ps")
            let row = listed.lines.first { $0.hasPrefix(launched.name) }
            #expect(row?.contains("active") == true && row?.contains("running") == true, "\(listed)")
            let second = try await bench.call("run", "--name", launched.name, "--isolation=\(isolation)", "--", "true")
            #expect(second.status == 125 && second.errorText.contains("nameInUse"), "\(second)")
            let removed = try await bench.call("rm", launched.name)
            #expect(removed.status == 0, "\(removed)")
            let run = try await bench.finish(launched)
            #expect(run.status == 137, "\(run)")
            #expect(try run.report.outcome == "destroyed", "\(run)")
            #expect(processes(mark).isEmpty)
        }

        @Test(arguments: all)
        func whatAKilledRunLeavesIsSweptAway(_ isolation: String) async throws {
            let bench = try bench()
            let mark = "mark-\(Bench.name())"
            let launched = try bench.launch(
                option(isolation), command: ["sh", "-c", "echo on; while :; do sleep 0.1; done", mark])
            try await launched.program.awaitOutput("on")
            launched.program.signal(SIGKILL)
            #expect(try await launched.program.wait(within: .seconds(60)) == 128 + SIGKILL)
            let listed = try await bench.call("ps")
            #expect(listed.lines.contains { $0.hasPrefix(launched.name) && $0.contains("orphaned") }, "\(listed)")
            let swept = try await bench.call("sweep", "--json")
            let findings = try JSONDecoder().decode([SweepFinding].self, from: Data(swept.output))
            #expect(swept.status == 0 && findings.allSatisfy { $0.failure == nil }, "\(swept)")
            #expect(
                findings.contains { $0.what == "container \(launched.name)" && $0.verdict == "remove" }, "\(findings)")
            #expect(processes(mark).isEmpty)
            #expect(try await bench.leftovers(of: launched.name).isEmpty)
        }

        @Test(arguments: light)
        func aTimeLimitEndsIt(_ isolation: String) async throws {
            let run = try await bench().run(option(isolation) + ["--timeout", "1s"], shell: "echo on; sleep 300")
            #expect(run.status == 124 && run.lines == ["on"], "\(run)")
            #expect(try run.report.outcome == "timeLimit")
        }

        @Test func whatIsNotThereIsNamed() async throws {
            let here = TemporaryDirectory()
            let file = try here.file("program", Array("#!/bin/sh\n".utf8))
            for (isolation, reason) in [
                ("external:/no/such/program", "toolMissing"), ("external:\(file)", "permissionDenied"),
            ] {
                let run = try await bench().call("run", "--isolation=\(isolation)", "--", "true")
                #expect(run.status == 125 && run.errorText.contains("\(reason): "), "\(run)")
                #expect(run.errorText.contains(String(isolation.dropFirst("external:".count))), "\(run)")
            }
        }

        @Test func aMachineWithoutWhatItNeedsNamesTheIsolator() async throws {
            for (list, missing) in [
                ("vm/compute,vm/disk,vm/identity,vm/console", "vm/network"), ("vm/network", "vm/compute"),
            ] {
                let run = try await bench().run(["--isolation=\(list)"], command: ["true"])
                let report = try run.report
                #expect(run.status == 125 && report.outcome == "launchFailed", "\(run)")
                #expect(report.error?.name == "badOption" && report.error?.remedy.contains(missing) == true, "\(run)")
            }
        }

        /// Processes with a word among their arguments; those inside a guest are not seen.
        private func processes(_ word: String) -> [Int32] {
            let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return all.compactMap { Int32($0) }.filter { process in
                let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline")?.split(separator: 0) ?? []
                // The program itself has the command among its arguments, too, until it is reaped.
                return words.contains { $0.elementsEqual(word.utf8) } && words.first?.elementsEqual("sh".utf8) == true
            }
        }
    }
}

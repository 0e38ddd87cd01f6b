import Foundation
import TestSupport
import Testing

extension TaskTests {
    @Suite(.bench) struct TerminalTests {
        @Test func theCommandGetsATerminalOfOurSize() async throws {
            let terminal = try PseudoTerminal(columns: 91, rows: 37)
            let script = """
                tty; stty size; trap 'echo interrupted' INT; echo ready; while :; do read line; \
                case $line in size) stty size ;; end) exit 5 ;; esac; done
                """
            let name = Bench.name()
            let program = try bench().start(
                ["run", "-t", "--name", name, "--", "sh", "-c", script], input: .terminal(terminal),
                environment: ["TERM": "vt100"])
            try await terminal.awaitText("ready")
            #expect(terminal.text.contains("/dev/pts/0"))
            #expect(terminal.text.contains("37 91"))
            terminal.type("\u{3}")
            try await terminal.awaitText("interrupted", within: .seconds(60))
            terminal.resize(columns: 100, rows: 40)
            try await eventually("the new size", within: .seconds(60)) {
                terminal.type("size\r")
                return terminal.text.contains("40 100") ? true : nil
            }
            terminal.type("end\r")
            let status = try await program.wait(within: .seconds(60))
            #expect(status == 5, "\(terminal.text)")
            let left = try await bench().leftovers(of: name)
            #expect(left.isEmpty, "\(left)")
        }

        @Test func aSignalsEndIsSilent() async throws {
            let terminal = try PseudoTerminal(columns: 80, rows: 24)
            let name = Bench.name()
            let program = try bench().start(
                ["run", "-t", "--name", name, "--", "sh", "-c", "echo the last word; kill -SEGV $$"],
                input: .terminal(terminal), environment: ["TERM": "vt100"])
            let status = try await program.wait(within: .seconds(120))
            let shown = terminal.text
            // Then comes our own line of stages.
            #expect(status == 139 && shown.contains("the last word\r\n\r\u{1b}[K"), "\(shown)")
            let left = try await bench().leftovers(of: name)
            #expect(left.isEmpty, "\(left)")
        }

        @Test func beforeTheCommandRunsCtrlCEndsTheLaunch() async throws {
            let terminal = try PseudoTerminal(columns: 80, rows: 24)
            let name = Bench.name()
            let program = try bench().start(
                ["run", "-t", "--name", name, "--", "sh", "-c", "echo not reached"], input: .terminal(terminal))
            try await terminal.awaitText("lease …")
            terminal.type("\u{3}")
            let status = try await program.wait(within: .seconds(60))
            #expect(status == 130 && terminal.text.contains("bulkhead: interrupted"), "\(terminal.text)")
            let left = try await bench().leftovers(of: name)
            #expect(left.isEmpty, "\(left)")
        }

        @Test func withoutATerminalItIsRefused() async throws {
            let run = try await bench().call("run", "-t", "--", "true")
            #expect(run.status == 125 && run.errorText.hasPrefix("bulkhead: badOption: -t"))
        }
    }
}

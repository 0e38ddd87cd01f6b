import Foundation
import Glibc
import TestSupport
import Testing

extension HostTests {
    /// Whatever state the caller has put streams and signals into.
    @Suite(.bench) struct CallerTests {
        private let here = TemporaryDirectory()

        /// Starts the program as a shell's script does, which has its path as `$0` and a new container's name as `$1`.
        private func start(_ script: String, name: String) throws -> RunningProgram {
            let words = ["/bin/sh", "-c", script, Bench.program, name]
            return try RunningProgram(words.map { Array($0.utf8) }, environment: bench().environment())
        }

        @Test func streamsThatAreClosedStayFreeOfOurDescriptors() async throws {
            let (name, mark) = (Bench.name(), here.path + "/mark")
            let wait = "echo to nobody; until [ -e '\(mark)' ]; do sleep 0.1; done; exit 7"
            let program = try start(
                #"exec "$0" run --isolation=process --name "$1" -- sh -c "echo >'\#(mark)-on'; \#(wait)" <&- >&- 2>&-"#,
                name: name)
            try await eventually("the command", within: .seconds(60)) {
                FileManager.default.fileExists(atPath: mark + "-on") ? true : nil
            }
            let open = try (0...2).map {
                try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(program.identifier)/fd/\($0)")
            }
            #expect(open == ["/dev/null", "/dev/null", "/dev/null"])
            _ = try here.file("mark", [])
            #expect(try await program.wait(within: .seconds(30)) == 7)
        }

        @Test(arguments: ["HUP", "INT"])
        func whatTheCallerIgnoresIsIgnored(_ signal: String) async throws {
            let name = Bench.name()
            let program = try start(
                #"trap '' \#(signal); exec "$0" run --isolation=process --name "$1" -- "#
                    + #"sh -c 'echo ready; sleep 2; echo survived'"#, name: name)
            try await program.awaitOutput("ready")
            program.signal(signal == "HUP" ? SIGHUP : SIGINT)
            #expect(try await program.wait(within: .seconds(60)) == 0, "\(program.errorText)")
            #expect(program.outputText == "ready\nsurvived\n")
        }

        @Test func aListThatCannotBeWrittenIsNoSuccess() async throws {
            let program = try start(#"exec "$0" ps >/dev/full"#, name: "")
            #expect(try await program.wait(within: .seconds(60)) == 125)
            #expect(program.errorText.contains("fileUnwritable: standard output: No space left"))
            let closed = try start(#"{ sleep 0.2; exec "$0" ps; } | exec true; exit 0"#, name: "")
            #expect(try await closed.wait(within: .seconds(60)) == 0)
            #expect(closed.errorText.isEmpty, "a reader that has gone is no error: \(closed.errorText)")
        }

        /// A pipe that is full and does not block, as other programs leave the one that they share with us.
        @Test func theResultWaitsForASlowReader() async throws {
            let script = """
                use Fcntl; use strict; pipe(my $r, my $w);
                fcntl($w, F_SETFL, O_WRONLY | O_NONBLOCK);
                my $filled = 0;
                while (my $count = syswrite($w, "x" x 4096)) { $filled += $count }
                if (!fork) { open(STDERR, ">&", $w); exec @ARGV }
                close $w; sleep 3; local $/; print substr(<$r>, $filled)
                """
            let run = try await bench().tool(
                "perl", "-e", script, Bench.program, "run", "--isolation=process", "--json", "--", "true")
            #expect(run.text.hasPrefix("{") && run.text.hasSuffix("}\n"), "\(run)")
        }

        @Test func filesMayHaveAnyName() async throws {
            let folder = here.path + "/$(printf 'caf\\351')"
            let program = try start(
                #"mkdir "\#(folder)" && echo in >"\#(folder)/in" && exec "$0" run --isolation=process --name "$1" "#
                    + #"--put "\#(folder)/in:/sandbox/in" --get "/sandbox/out:\#(folder)/out" -- "#
                    + #"sh -c 'cp in out; cat in'"#, name: Bench.name())
            #expect(try await program.wait(within: .seconds(60)) == 0, "\(program.errorText)")
            #expect(program.outputText == "in\n")
            let out = try await bench().tool("sh", "-c", #"cat "\#(folder)/out""#)
            #expect(out.text == "in\n", "\(out)")
        }

        @Test func aKilledShellIsNoQEMU() async throws {
            let program = try start(
                #"exec "$0" run --isolation=process --name "$1" -- sh -c 'kill -9 $PPID; sleep 1'"#, name: Bench.name())
            #expect(try await program.wait(within: .seconds(60)) == 125)
            #expect(
                program.errorText.contains("monitorKilled: what waited for the command ended"), "\(program.errorText)")
        }

        @Test func eachNameIsRemovedWhateverBecomesOfTheOthers() async throws {
            let launched = try bench().launch(["--isolation=process"], shell: "echo on; sleep 300")
            try await launched.program.awaitOutput("on")
            let removed = try await bench().call("rm", "no-such", launched.name, "Bad")
            #expect(removed.status == 125)
            #expect(removed.errorText.contains("unknownContainer: container “no-such”"), "\(removed)")
            #expect(removed.errorText.contains("badName: name “Bad”"), "\(removed)")
            let run = try await bench().finish(launched)
            #expect(try run.status == 137 && run.report.outcome == "destroyed", "\(run)")
        }
    }
}

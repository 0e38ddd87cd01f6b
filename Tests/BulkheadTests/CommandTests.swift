import Foundation
import Testing
import TestSupport

extension TaskTests {
    @Suite(.bench) struct CommandTests {
        @Test func theCommandsOutputAndStatusAreItsOwn() async throws {
            let run = try await bench().run(shell: "uname -sm; id -un; pwd; echo oops >&2; exit 7")
            #expect(run.status == 7)
            #expect(run.lines == ["Linux x86_64", "root", "/sandbox"])
            #expect(run.commandErrors == Array("oops\n".utf8))
            let report = try run.report
            #expect(report.outcome == "exited" && report.exitStatus == 7 && report.error == nil)
            let climbed = report.stages.map(\.stage)
            #expect(climbed == ["prepare", "start", "lease", "port", "hostKey", "login", "copy", "run", "cleanUp"])
            #expect(report.stages.allSatisfy { $0.milliseconds != nil && $0.failure == nil })
        }

        @Test func bothStreamsAreByteForByteAndInputEnds() async throws {
            let every = (0..<4096).flatMap { _ in (0...UInt8.max) }
            let run = try await bench().run(shell: "cat >in; cat in; cat in >&2", input: .bytes(every))
            #expect(run.status == 0)
            // Compared outside of #expect, which would look for the differences of a megabyte.
            let (same, sameErrors) = (run.output == every, run.errors.starts(with: every))
            #expect(same, "\(run.output.count) bytes of \(every.count)")
            #expect(
                sameErrors && run.errors.dropFirst(every.count).starts(with: Array("\n{".utf8)),
                "the result has a line of its own")
        }

        @Test func withoutInputTheCommandReadsAnEmptyOne() async throws {
            let run = try await bench().run(shell: "wc -c")
            #expect(run.status == 0 && run.lines.map { $0.trimmingCharacters(in: .whitespaces) } == ["0"])
        }

        @Test func muchOutputStreamsInLittleMemory() async throws {
            let size = 32 << 20
            let launched = try bench().launch(
                shell: "head -c \(size) /dev/urandom >x; sha256sum <x >&2; read word; cat x; read word; echo $word >&2",
                input: .pipe)
            try await launched.program.awaitError("  -\n")
            let before = try peakMemory(of: launched.program.identifier)
            try launched.program.send(Array("go\n".utf8))
            try await eventually("all output", within: .seconds(180)) {
                launched.program.outputSize >= size || launched.program.exitStatus != nil ? true : nil
            }
            let growth = try peakMemory(of: launched.program.identifier) - before
            #expect(growth < 8 << 10, "\(growth) KiB for \(size >> 20) MiB, \(before) KiB before")
            try launched.program.send(Array("enough\n".utf8))
            try launched.program.closeInput()
            let run = try await bench().finish(launched)
            let count = run.output.count
            #expect(run.status == 0 && count == size)
            let digest = try sha256(run.output)
            #expect(String(decoding: run.commandErrors, as: UTF8.self) == "\(digest)  -\nenough\n")
        }

        @Test func outputComesWhileTheCommandRuns() async throws {
            let launched = try bench().launch(shell: "echo first; read answer; echo got $answer", input: .pipe)
            try await launched.program.awaitOutput("first\n")
            try launched.program.send(Array("it\n".utf8))
            let run = try await bench().finish(launched)
            #expect(run.lines == ["first", "got it"])
        }

        @Test func theEndOfTheCommandDoesNotWaitForItsInput() async throws {
            let launched = try bench().launch(shell: "exit 3", input: .pipe)
            let run = try await bench().finish(launched)
            #expect(run.status == 3)
        }

        @Test(arguments: [
            (["no-such-program"], 127, "commandNotFound: no-such-program"), (["/etc/passwd"], 126, "ermission denied"),
        ])
        func whatCannotRunEndsAsInAShell(_ command: [String], _ status: Int32, _ words: String) async throws {
            let run = try await bench().run(command: command)
            #expect(run.status == status)
            #expect(run.errorText.contains(words), "\(run)")
            #expect(try run.report.outcome == "exited")
        }

        struct End: Sendable {
            var script: String
            var status: Int32
            var signal: Int32?
            var user = "root"
        }

        @Test(arguments: [
            End(script: "kill -KILL $$", status: 137, signal: 9),
            End(script: "kill -KILL $$", status: 137, signal: 9, user: "task"),
            End(script: "kill -SEGV $$", status: 139, signal: 11),
            End(script: "kill -ABRT $$", status: 134, signal: 6, user: "task"),
            End(script: "exit 192", status: 192, signal: 64), End(script: "exit 200", status: 200),
        ])
        func aSignalsEndIsTold(_ end: End) async throws {
            let run = try await bench().run(["--user", end.user], shell: end.script)
            let report = try run.report
            #expect(run.status == end.status && report.exitStatus == end.status)
            #expect(report.outcome == (end.signal == nil ? "exited" : "signalled") && report.signal == end.signal)
            #expect(run.commandErrors.isEmpty, "the command wrote nothing: \(run)")
        }

        @Test func theEndOfTheReaderIsTheEndOfTheCommand() async throws {
            let (bench, name) = (try bench(), Bench.name())
            let shell = "\"$0\" run --name \(name) -- sh -c 'while echo 0123456789; do :; done' | head -c 10"
            let pipeline = try await bench.tool("sh", "-c", shell, Bench.program, within: .seconds(120))
            #expect(pipeline.text == "0123456789")
            let left = try await bench.leftovers(of: name)
            #expect(left.isEmpty, "\(left)")
        }
    }
}

/// The most memory that a running process had, in KiB.
private func peakMemory(of process: pid_t) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }, "\(process) has ended")
    return try #require(
        line.split(separator: " ").dropLast().last.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) })
}

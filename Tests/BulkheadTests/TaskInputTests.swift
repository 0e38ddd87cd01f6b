import Foundation
import TestSupport
import Testing

extension TaskTests {
    /// Environment, arguments, directory and user of a command.
    @Suite(.bench) struct TaskInputTests {
        /// What a shell would trip over.
        static let hostile = [
            "", " ", "a b", "two\nlines\n", "'", "\"", "\\", "$(touch /pwned)", "`touch /pwned`", "${HOME}", "*", "~",
            ";touch /pwned",
            "-n", "--", "{{x}}", "{{{x}}}", "&", "é🦀", "\t", "\u{1b}[31m", "a=b=c", "!", "%s",
        ]

        @Test func argumentsArriveAsTheyAreByteForByte() async throws {
            let (bench, name) = (try bench(), Bench.name())
            let raw: [[UInt8]] = [[0xff, 0xfe, 0x80], Array(1...255)]
            let script = "for word; do printf '%s\\0' \"$word\"; done; ls /pwned 2>/dev/null"
            let program = try bench.start(
                ["run", "--json", "--name", name, "--", "sh", "-c", script, "sh"] + Self.hostile, raw: raw)
            let run = try await bench.finish(Launched(name: name, program: program))
            let words = run.output.split(separator: 0, omittingEmptySubsequences: false).dropLast().map(Array.init)
            #expect(words == Self.hostile.map { Array($0.utf8) } + raw)
            #expect(run.status == 1, "the last command finds nothing")
        }

        @Test func variablesArriveAsTheyAreByteForByte() async throws {
            let (bench, name) = (try bench(), Bench.name())
            let options = Self.hostile.enumerated().flatMap { ["--env", "V\($0)=\($1)"] }
            let raw = [Array("--env".utf8), Array("RAW=".utf8) + [0xff, 0x0a, 0x80]]
            let tail = ["--env", "PASSED", "--env", "odd-name=x", "--", "cat", "/proc/self/environ"]
            let program = try bench.start(
                ["run", "--json", "--name", name] + options, raw: raw + tail.map { Array($0.utf8) },
                environment: ["PASSED": "from\nhere"])
            let run = try await bench.finish(Launched(name: name, program: program))
            let variables = Set(run.output.split(separator: 0).map(Array.init))
            for (index, value) in Self.hostile.enumerated() {
                #expect(variables.contains(Array("V\(index)=\(value)".utf8)), "\(value)")
            }
            #expect(variables.contains(Array("RAW=".utf8) + [0xff, 0x0a, 0x80]))
            #expect(variables.contains(Array("PASSED=from\nhere".utf8)) && variables.contains(Array("odd-name=x".utf8)))
            #expect(run.status == 0)
        }

        @Test(arguments: ["task", "nobody", "1000"])
        func aUserOtherThanRootIsNotRoot(_ user: String) async throws {
            let run = try await bench().run(
                ["--user", user, "--workdir", "/tmp/it's here"],
                shell: "id -u; pwd; cat; dd if=/dev/mem count=1 2>/dev/null >&2 || echo no",
                input: .bytes(Array("in\n".utf8)))
            let identifier = user == "nobody" ? "65534" : "1000"
            #expect(run.status == 0 && run.lines == [identifier, "/tmp/it's here", "in", "no"], "\(run)")
        }

        @Test func anUnknownUserIsNamed() async throws {
            let run = try await bench().run(["--user", "mallory"], command: ["true"])
            let report = try run.report
            #expect(run.status == 125 && report.outcome == "hostFailed" && report.error?.name == "commandNotStarted")
        }

        @Test func aDirectoryThatCannotBeMadeIsNamed() async throws {
            let run = try await bench().run(["--workdir", "/proc/nowhere"], command: ["true"])
            let report = try run.report
            #expect(run.status == 125 && report.outcome == "hostFailed" && report.error?.name == "commandNotStarted")
        }
    }
}

import Foundation
import TestSupport
import Testing

extension TaskTests {
    @Suite(.bench) struct TimeLimitTests {
        /// From the start of the command to the end of everything, in milliseconds.
        private func spent(_ report: RunReport) throws -> Int {
            let run = try #require(report.stages.first { $0.stage == "run" })
            return report.totalMilliseconds - run.beginMilliseconds
        }

        @Test func aCommandIsEndedAtItsLimit() async throws {
            let run = try await bench().run(["--timeout", "2s"], shell: "echo on; sleep 300")
            let report = try run.report
            #expect(run.status == 124 && report.outcome == "timeLimit" && run.lines == ["on"], "\(run)")
            #expect(report.evidence.count == 1 && report.evidence[0].contains("2"), "\(report.evidence)")
            #expect(try 2000...15000 ~= spent(report), "\(report)")
        }

        @Test func aCommandThatTrapsTheSignalIsEndedToo() async throws {
            let run = try await bench().run(
                ["--timeout", "2"], shell: "trap 'echo no' TERM; while :; do sleep 0.2; done")
            let report = try run.report
            #expect(run.status == 124 && report.outcome == "timeLimit" && run.lines.contains("no"))
            #expect(try 7000...20000 ~= spent(report), "\(report)")
        }

        @Test func aCommandWithinItsLimitIsLeftAlone() async throws {
            let run = try await bench().run(["--timeout", "1m"], shell: "exit 4")
            #expect(run.status == 4)
        }
    }
}

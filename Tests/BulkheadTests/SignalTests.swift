import Foundation
import Glibc
import TestSupport
import Testing

extension TaskTests {
    @Suite(.bench) struct SignalTests {
        @Test(arguments: [(SIGINT, "INT"), (SIGTERM, "TERM")])
        func aSignalReachesTheCommand(_ number: Int32, _ name: String) async throws {
            let script = "trap 'echo got \(name); exit 3' \(name); echo ready; while :; do sleep 0.1; done"
            let launched = try bench().launch(shell: script)
            try await launched.program.awaitOutput("ready")
            launched.program.signal(number)
            let run = try await bench().finish(launched)
            #expect(run.status == 3 && run.lines == ["ready", "got \(name)"])
            #expect(try run.report.outcome == "exited")
        }

        @Test func aCommandThatDoesNotTrapEndsByTheSignal() async throws {
            let launched = try bench().launch(shell: "echo ready; sleep 300; echo not reached")
            try await launched.program.awaitOutput("ready")
            launched.program.signal(SIGTERM)
            let run = try await bench().finish(launched)
            let report = try run.report
            #expect(
                run.status == 143 && report.outcome == "signalled" && report.signal == SIGTERM && run.lines == ["ready"]
            )
        }

        @Test(arguments: [(["--verbose"], " prepare …"), (["--verbose"], " start …"), (["--verbose"], " lease …")])
        func aSignalBeforeTheCommandEndsTheLaunch(_ options: [String], _ stage: String) async throws {
            let launched = try bench().launch(options, json: false, command: ["true"])
            try await launched.program.awaitError(stage)
            launched.program.signal(SIGTERM)
            let run = try await bench().finish(launched)
            #expect(run.status == 143, "\(run)")
            #expect(run.errorText.contains("bulkhead: interrupted"))
        }

        @Test func aSecondSignalDestroysTheGuest() async throws {
            let launched = try bench().launch(
                shell: "trap 'echo ignored' TERM INT; echo ready; while :; do sleep 0.1; done")
            try await launched.program.awaitOutput("ready")
            launched.program.signal(SIGTERM)
            try await launched.program.awaitOutput("ignored")
            launched.program.signal(SIGINT)
            let run = try await bench().finish(launched)
            #expect(run.status == 137)
            #expect(try run.report.outcome == "destroyed")
        }
    }
}

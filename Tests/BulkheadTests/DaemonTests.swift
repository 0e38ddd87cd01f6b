import Foundation
import TestSupport
import Testing

extension HostTests {
    /// libvirt's daemon dies and comes back; in a private host, which starts it again.
    @Suite(.benchInHostOfItsOwn) struct DaemonTests {
        private func killDaemon() async throws {
            let killed = try await bench().tool("sh", "-c", "kill -KILL $(cat /run/libvirtd.pid)")
            #expect(killed.status == 0, "\(killed)")
        }

        @Test func aRunningCommandNoticesNothing() async throws {
            let launched = try bench().launch(shell: "echo on; read word; echo $word; exit 5", input: .pipe)
            try await launched.program.awaitOutput("on")
            try await killDaemon()
            try launched.program.send(Array("still here\n".utf8))
            let run = try await bench().finish(launched)
            #expect(run.status == 5 && run.lines == ["on", "still here"], "\(run)")
        }

        @Test func aGuestThatEndsMeanwhileIsToldTruly() async throws {
            let launched = try bench().launch(shell: "echo on; read word; poweroff -f; sleep 60", input: .pipe)
            try await launched.program.awaitOutput("on")
            try await killDaemon()
            try launched.program.send(Array("go\n".utf8))
            let run = try await bench().finish(launched)
            let report = try run.report
            // What was not seen cannot be told apart, but it is never a success.
            #expect([123, 125].contains(run.status) && report.outcome != "exited", "\(run)")
            #expect(!report.evidence.isEmpty || report.error != nil, "\(run)")
        }

        @Test(arguments: [" start …", " lease …"])
        func aLaunchUnderWayIsFinishedOrNamedAndLeavesNothing(_ stage: String) async throws {
            let launched = try bench().launch(["--verbose"], json: false, command: ["true"])
            try await launched.program.awaitError(stage)
            try await killDaemon()
            let run = try await bench().finish(launched)
            // Lost in the midst of a call, or not there at the next one.
            let isNamed = ["hypervisorLost: ", "hypervisorUnreachable: "].contains { run.errorText.contains($0) }
            #expect(run.status == 0 || run.status == 125 && isNamed, "\(run)")
        }
    }
}

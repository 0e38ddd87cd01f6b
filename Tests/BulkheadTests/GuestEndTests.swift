import Foundation
import Glibc
import TestSupport
import Testing

extension TaskTests {
    /// A guest that ends under its command, and commands that lie about their end.
    @Suite(.bench) struct GuestEndTests {
        @Test(arguments: [
            ("poweroff -f; sleep 60", "guestPoweredOff", "domain state: poweredOff"),
            ("reboot -f; sleep 60", "guestRebooted", "domain event: reboot"),
            ("echo c >/proc/sysrq-trigger; sleep 60", "guestPanicked", "domain event: crashed"),
        ])
        func aGuestThatEndsIsNoSuccess(_ script: String, _ outcome: String, _ evidence: String) async throws {
            let run = try await bench().run(shell: script)
            let report = try run.report
            #expect(run.status == 123 && report.outcome == outcome, "\(run)")
            #expect(report.evidence.contains(evidence), "\(report.evidence)")
        }

        @Test(
            arguments: [("exit 0", "exited", 0), ("exit 7", "exited", 7), ("kill -TERM $$", "signalled", 143)]
                as [(String, String, Int32)])
        func anEndOfItsOwnIsProvenByTheFile(_ script: String, _ outcome: String, _ status: Int32) async throws {
            let run = try await bench().run(shell: script)
            let report = try run.report
            #expect(run.status == status && report.outcome == outcome, "\(run)")
            #expect(report.evidence == ["file result: status \(status)"])
        }

        @Test func wantOfMemoryIsNamed() async throws {
            let run = try await bench().run(["--mem", "128"], command: ["tail", "/dev/zero"])
            let report = try run.report
            #expect(run.status == 137 && report.outcome == "outOfMemory", "\(run)")
            #expect(
                report.evidence.contains { $0.hasPrefix("file result: the guest's kernel killed ") },
                "\(report.evidence)")
        }

        @Test func aKilledMonitorIsTheHostsFailure() async throws {
            let launched = try bench().launch(shell: "echo on; sleep 300")
            try await launched.program.awaitOutput("on")
            let text = try String(contentsOfFile: "/run/libvirt/qemu/\(launched.domain).pid", encoding: .utf8)
            let process = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect(Bench.monitors(of: launched.name) == [process])
            kill(process, SIGKILL)
            let run = try await bench().finish(launched)
            let report = try run.report
            #expect(run.status == 125 && report.outcome == "monitorKilled", "\(run)")
            #expect(report.evidence == ["domain state: failed"])
        }

        @Test func aDomainDestroyedFromOutsideIsTold() async throws {
            let launched = try bench().launch(shell: "echo on; sleep 300")
            try await launched.program.awaitOutput("on")
            #expect(try await bench().virsh("destroy", launched.domain).status == 0)
            let run = try await bench().finish(launched)
            let report = try run.report
            #expect(run.status == 137 && report.outcome == "destroyed", "\(run)")
            #expect(report.evidence == ["domain state: destroyed"])
        }

        @Test func aResultThatWasRemovedIsNoSuccess() async throws {
            // The launcher is the session's process: without it nobody writes a result.
            let run = try await bench().run(shell: "kill -KILL $PPID; exit 0")
            let report = try run.report
            #expect(run.status == 125 && report.outcome == "hostFailed", "\(run)")
            #expect(["resultMissing", "resultForged", "connectionLost"].contains(report.error?.name), "\(run)")
        }

        @Test func aForgedResultIsNoSuccess() async throws {
            let script = """
                mkdir /tmp/f; printf 'nonce=0\\nstatus=0\\noom=0\\nerror=\\n' >/tmp/f/result; \
                mount -o bind /tmp/f /run/bulkhead; mount -o remount,bind,ro /run/bulkhead; exit 1
                """
            let run = try await bench().run(shell: script)
            let report = try run.report
            #expect(
                run.status == 125 && report.outcome == "hostFailed" && report.error?.name == "resultForged", "\(run)")
        }
    }
}

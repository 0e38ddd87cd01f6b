import Foundation
import TestSupport
import Testing

extension HostTests {
    /// A host whose operator took a wall down in qemu.conf.
    @Suite(.benchInHostOfItsOwn) struct UnconfinedTests {
        /// The private host starts its daemon again when it ends.
        private func configure(_ line: String) async throws {
            let bench = try bench()
            let script = "echo '\(line)' >>/etc/libvirt/qemu.conf && kill -KILL $(cat /run/libvirtd.pid)"
            let done = try await bench.tool("sh", "-c", script)
            try #require(done.status == 0, "\(done)")
            try await eventually("the daemon with \(line)", within: .seconds(30)) {
                let answer = try await bench.virsh("uri")
                return answer.status == 0 ? true : nil
            }
        }

        @Test func aMonitorWithoutItsFilterRunsNoGuest() async throws {
            let bench = try bench()
            try await configure("seccomp_sandbox = 0")
            let doctor = try await bench.call("doctor")
            #expect(doctor.status == 125 && doctor.text.contains("FAIL  monitor's filter: "), "\(doctor)")
            let run = try await bench.run(shell: "echo a guest ran")
            let report = try run.report
            #expect(run.status == 125 && report.failedStage == "start" && run.output.isEmpty, "\(run)")
            #expect(report.error?.name == "monitorUnconfined", "\(run)")
            let exception = "confinement:no-seccomp"
            #expect(report.error?.remedy.contains("BULKHEAD_TEMPLATE_ALLOW=\(exception)") == true, "\(run)")
            let allowed = try await bench.run(
                shell: "echo on", environment: ["BULKHEAD_TEMPLATE_ALLOW": exception])
            #expect(allowed.status == 0 && allowed.lines == ["on"], "\(allowed)")
        }
    }

    /// A host whose `prlimit` does nothing.
    @Suite(.benchInHostOfItsOwn) struct UnboundedTests {
        /// Launched without the right to set limits by ourselves.
        @Test func aMonitorWithoutItsLimitRunsNoGuest() async throws {
            let bench = try bench()
            let without = ["setpriv", "--bounding-set", "-sys_resource", "--inh-caps", "-sys_resource"]
            let script = "mount --bind /usr/bin/true /usr/bin/prlimit && exec \(without.joined(separator: " ")) \"$@\""
            let launched = try bench.launch(shell: "echo a guest ran", by: ["/bin/sh", "-c", script, "sh"])
            let run = try await bench.finish(launched)
            let report = try run.report
            #expect(run.status == 125 && report.failedStage == "start" && run.output.isEmpty, "\(run)")
            #expect(
                report.error?.name == "monitorUnconfined" && report.error?.remedy.contains("confinement:threads") == true,
                "\(run)")
        }
    }
}

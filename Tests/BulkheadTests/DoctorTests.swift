import Foundation
import TestSupport
import Testing

extension HostTests {
    @Suite(.bench) struct DoctorTests {
        @Test func aHealthyHostPassesEveryCheck() async throws {
            let run = try await bench().call("doctor")
            #expect(run.status == 0, "\(run)")
            let names = [
                "acceleration", "tools", "default image", "state directory", "libvirt", "host", "domain type qemu",
                "network", "cgroups",
            ]
            for name in names {
                #expect(
                    run.lines.contains { $0.hasPrefix("ok  ") && $0.contains("  \(name): ") } || name == "acceleration",
                    "\(name): \(run)")
            }
            #expect(!run.text.contains("FAIL"))
        }

        @Test func itNamesTheDirectoryThatBarsTheMonitorsUser() async throws {
            let closed = TemporaryDirectory()
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: closed.path)
            let run = try await bench().call("doctor", environment: ["BULKHEAD_STATE_DIR": closed.path + "/state"])
            #expect(run.status == 125)
            #expect(
                run.lines.contains { $0.hasPrefix("FAIL") && $0.contains(closed.path + ":") && $0.contains("700") },
                "\(run)")
            #expect(run.text.contains("chmod o+x \(closed.path)"))
        }

        @Test func itNamesAMissingNetwork() async throws {
            let run = try await bench().call("doctor", "--network", "no-such-network", "--json")
            #expect(run.status == 125)
            #expect(run.text.contains("no-such-network"), "\(run)")
        }

        @Test func itNamesADeadLibvirt() async throws {
            let run = try await bench().call("doctor", "--connect", "qemu:///system?socket=/no/such/socket")
            #expect(run.status == 125 && run.lines.contains { $0.hasPrefix("FAIL  libvirt: ") }, "\(run)")
        }

        @Test func aTemplateIsShownWithoutLibvirt() async throws {
            let run = try await bench().call(
                "template", Bench.templates + "/domain.xml", "--cpus", "2", "--mem", "1G",
                environment: ["LIBVIRT_DEFAULT_URI": "bogus:///", "BULKHEAD_CONNECT": "bogus:///"])
            #expect(run.status == 0, "\(run)")
            #expect(run.text.contains("<memory unit=\"KiB\">1048576</memory>") && run.text.contains(">2</vcpu>"))
        }

        @Test func imagesAreListedWithTheirDigests() async throws {
            let run = try await bench().call("image", "ls")
            #expect(
                run.status == 0
                    && run.lines.contains {
                        $0.hasPrefix("default ") && $0.contains("kernel") && $0.contains("sha256:")
                    }, "\(run)")
        }
    }
}

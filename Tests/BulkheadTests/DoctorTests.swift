import Foundation
import TestSupport
import Testing
import VMIsolation

extension HostTests {
    @Suite(.bench) struct DoctorTests {
        @Test func aHealthyHostPassesEveryCheck() async throws {
            let run = try await bench().call("doctor")
            #expect(run.status == 0, "\(run)")
            let names = [
                "acceleration", "tools", "default image", "state directory", "libvirt", "host", "domain type qemu",
                "network", "cgroups", "monitor's filter", "machines' users",
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

        @Test func aCorruptLedgerIsOneFailedCheckOfAll() async throws {
            let state = TemporaryDirectory()
            _ = try state.file("ledger.sqlite", Array("no database, though long enough to be taken for one".utf8))
            let run = try await bench().call("doctor", "--json", environment: ["BULKHEAD_STATE_DIR": state.path])
            #expect(run.status == 125)
            let checks = try JSONDecoder().decode([Check].self, from: Data(run.output))
            let ledger = try #require(checks.first { $0.name == "ledger" }, "\(run)")
            #expect(ledger.verdict == .failure && ledger.evidence.contains(state.path) && !ledger.fix.isEmpty)
            for name in ["libvirt", "domain type qemu", "default image", "network"] {
                #expect(checks.contains { $0.name == name && $0.verdict == .ok }, "\(name): \(run)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: state.path) == ["ledger.sqlite"])
        }

        @Test func itMakesNothing() async throws {
            let here = TemporaryDirectory()
            let run = try await bench().call(
                "doctor",
                environment: [
                    "BULKHEAD_STATE_DIR": here.path + "/a/state", "BULKHEAD_CACHE_DIR": here.path + "/a/cache",
                ])
            #expect(run.lines.contains { $0.hasPrefix("ok    ledger: ") && $0.contains("first run") }, "\(run)")
            #expect(run.lines.contains { $0.hasPrefix("ok    libvirt: ") }, "\(run)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: here.path).isEmpty)
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

import Foundation
import TestSupport
import Testing

extension HostTests {
    /// Guests that never come as far as their command.
    @Suite(.bench) struct BootFailureTests {
        private let here = TemporaryDirectory()
        private let brief = ["BULKHEAD_BUDGET_LEASE": "1", "BULKHEAD_BUDGET_PORT": "1"]

        @Test func aKernelThatIsNone() async throws {
            let image = try ImageCopy(in: here)
            try image.replaceKernel(with: Array(repeating: UInt8(ascii: "x"), count: 1 << 20), honestly: true)
            let run = try await bench().run(["--image", image.path], command: ["true"], environment: brief)
            let report = try run.report
            #expect(run.status == 125 && report.outcome == "launchFailed", "\(run)")
            #expect(["start", "lease"].contains(report.failedStage), "\(run)")
            #expect(["startFailed", "leaseTimeout", "guestDied"].contains(report.error?.name), "\(run)")
        }

        @Test func aFirstProcessThatEnds() async throws {
            let image = try ImageCopy(in: here)
            try image.appendToCommandLine("rdinit=/bin/false")
            // Nobody tells that it has panicked; an emulated one has six times as long for it.
            let run = try await bench().run(
                ["--image", image.path], command: ["true"], environment: ["BULKHEAD_BUDGET_LEASE": "4"])
            let report = try run.report
            #expect(run.status == 125 && report.outcome == "launchFailed" && report.failedStage == "lease", "\(run)")
            let error = try #require(report.error)
            #expect(["guestDied", "leaseTimeout"].contains(error.name), "\(run)")
            #expect(
                error.evidence.contains { $0.hasPrefix("console: ") && $0.contains("Kernel panic") },
                "\(error.evidence)")
        }

        @Test func aGuestThatAsksForNoAddress() async throws {
            let image = try ImageCopy(in: here)
            try image.appendToCommandLine("rdinit=/bin/sh")
            let run = try await bench().run(["--image", image.path], command: ["true"], environment: brief)
            let report = try run.report
            #expect(
                run.status == 125 && report.failedStage == "lease" && report.error?.name == "leaseTimeout", "\(run)")
            #expect(report.error?.evidence.isEmpty == false)
            let stage = try #require(report.stages.first { $0.stage == "lease" })
            #expect(
                stage.failure == "leaseTimeout" && (stage.milliseconds ?? 0) < (stage.budgetMilliseconds ?? 0) + 10_000)
        }

        @Test func budgetsThatAreTooSmallNameTheirStage() async throws {
            let tiny = ["prepare": "PREPARE", "start": "START", "lease": "LEASE"]
            for (stage, key) in tiny.sorted(by: { $0.key < $1.key }) {
                let run = try await bench().run(command: ["true"], environment: ["BULKHEAD_BUDGET_" + key: "0.001"])
                let report = try run.report
                #expect(run.status == 125 && report.outcome == "launchFailed" && report.failedStage == stage, "\(run)")
                #expect(report.error?.remedy.contains("budget.\(stage)") == true, "\(run)")
            }
        }
    }
}

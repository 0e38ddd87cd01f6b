import Foundation
import Isolation
import IsolationTestSupport
import Testing

@testable import VMIsolation

/// The launcher's own decisions, on machines that are none.
@Suite struct VMLauncherTests {
    private let hypervisor = FakeHypervisor()

    @Test(arguments: HypervisorContract.Check.allCases)
    func theFakeKeepsTheContract(_ check: HypervisorContract.Check) async throws {
        let foreign = FoundMachine(id: UUID(), name: "theirs", owner: nil, isRunning: true)
        hypervisor.add(foreign)
        try await HypervisorContract(hypervisor, foreign: foreign.id) {
            HypervisorContract.Machine(plan: try FakePlan.domain(), xml: "")
        }.run(check)
    }

    @Test func aMachineIsWhatThePlanSays() async throws {
        let (launcher, here) = (try FakePlan.launcher(hypervisor), try FakePlan.context("one"))
        try await launcher.start(here, FakePlan.launch(here))
        let found = try await launcher.machines()
        #expect(
            found == [
                FoundMachine(id: here.record.machine, name: "bulkhead-one", owner: "me", isRunning: true, created: 7)
            ])
        let xml = try await launcher.domain(here, FakePlan.launch(here)).xml
        #expect(
            xml.contains("<total_bytes_sec>10485760</total_bytes_sec>") && xml.contains("<inbound average=\"1024\"/>"))
        try await launcher.stop(here)
        #expect(try await launcher.machines().isEmpty)
    }

    @Test func aPlanThatLacksSomethingIsRefusedWithTheIsolatorsName() async throws {
        let (launcher, here) = (try FakePlan.launcher(hypervisor), try FakePlan.context("one"))
        let lacks: [(String, @Sendable (inout LaunchPlan) -> Void)] = [
            ("vm/compute", { $0.cpu = nil }), ("vm/compute", { $0.memory = nil }),
            ("vm/compute", { $0.hardLimit = nil }),
            ("vm/network", { $0.interface = nil }), ("vm/console", { $0.consoleLog = nil }),
            ("an image", { $0.boot = nil }),
        ]
        for (isolator, takeAway) in lacks {
            var plan = try FakePlan.launch(here)
            takeAway(&plan)
            let error = await #expect(throws: BulkheadError.self) { try await launcher.start(here, plan) }
            #expect(error?.reason == .badOption && error?.remedy.contains(isolator) == true, "\(isolator)")
        }
        #expect(try await launcher.machines().isEmpty)
    }

    @Test func usageOfAllIsOneQuestion() async throws {
        let launcher = try FakePlan.launcher(hypervisor)
        let (first, second, never) = (
            try FakePlan.context("one"), try FakePlan.context("two"), try FakePlan.context("three")
        )
        try await launcher.start(first, FakePlan.launch(first))
        try await launcher.start(second, FakePlan.launch(second))
        let all = try await launcher.statistics([first, second, never])
        #expect(Set(all.keys) == [first.id, second.id])
        #expect(all[first.id]?.balloon == .mebibytes(512))
    }

    @Test func aGuestThatHasEndedIsNotAskedForItsFiles() async throws {
        let (launcher, here) = (try FakePlan.launcher(hypervisor), try FakePlan.context("one"))
        try await launcher.start(here, FakePlan.launch(here))
        hypervisor.change(here.record.machine, to: .panicked, telling: [.stopped])
        _ = try await launcher.ended(here)
        let error = await #expect(throws: BulkheadError.self) {
            try await launcher.bringOut(here, FakePlan.launch(here), isLast: true)
        }
        #expect(error?.reason == .guestDied && error?.detail.contains("guestPanicked") == true, "\(error as Any)")
    }

    @Test func anEndIsToldToAllThatWait() async throws {
        let (launcher, here) = (try FakePlan.launcher(hypervisor), try FakePlan.context("one"))
        try await launcher.start(here, FakePlan.launch(here))
        async let one = launcher.ended(here)
        async let two = launcher.ended(here)
        hypervisor.change(here.record.machine, to: .poweredOff, telling: [.stopped])
        let ends = try await [one.outcome, two.outcome]
        #expect(ends == [.guestPoweredOff, .guestPoweredOff])
    }
}

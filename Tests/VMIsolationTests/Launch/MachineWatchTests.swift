import Foundation
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@testable import VMIsolation

/// How a machine ended, told from events that may be missing and a state that may be ahead of them.
@Suite struct MachineWatchTests {
    private let hypervisor = FakeHypervisor()

    private func watched() async throws -> (UUID, MachineWatch) {
        let machine = try await FakePlan.running(on: hypervisor)
        let watch = MachineWatch(machine, hypervisor)
        try await listening(machine)
        // It looks once when it has begun to listen: that look is not to be the one that sees the end.
        try await eventually("the first look", within: .seconds(20)) { hypervisor.questions > 0 ? true : nil }
        return (machine, watch)
    }

    private func listening(_ machine: UUID) async throws {
        try await eventually("a listener", within: .seconds(20)) { hypervisor.listeners(of: machine) > 0 ? true : nil }
    }

    private func end(_ watch: MachineWatch) async throws -> Termination {
        let late = BulkheadError(.launcherFailed, "the end", "it was not told", remedy: "")
        return try await within(.seconds(20), otherwise: { late }) { try await watch.end.value() }
    }

    @Test(arguments: [
        (
            MachineState.poweredOff, [MachineEvent.changed, .stopped], Outcome.guestPoweredOff,
            ["domain state: poweredOff"]
        ),
        (.failed, [.panicked, .stopped], .guestPanicked, ["domain event: crashed", "domain state: failed"]),
        (.panicked, [.changed], .guestPanicked, ["domain state: panicked"]),
        (.failed, [.changed, .stopped], .monitorKilled, ["domain state: failed"]),
        (.destroyed, [.stopped], .destroyed, ["domain state: destroyed"]),
        // Whoever destroys a guest that has just panicked did not end it.
        (.destroyed, [.panicked, .stopped], .guestPanicked, ["domain event: crashed", "domain state: destroyed"]),
        (
            .failed, [.ioError(device: "vda"), .stopped], .monitorKilled,
            ["domain event: I/O error of vda", "domain state: failed"]
        ),
    ])
    func theEndIsToldWithItsEvidence(
        _ state: MachineState, _ events: [MachineEvent], _ outcome: Outcome, _ evidence: [String]
    ) async throws {
        let (machine, watch) = try await watched()
        hypervisor.change(machine, to: state, telling: events)
        let termination = try await end(watch)
        #expect(termination.outcome == outcome && termination.evidence == evidence, "\(termination)")
    }

    @Test func aStateThatIsAheadOfItsEventsWaitsForThem() async throws {
        let (machine, watch) = try await watched()
        let before = hypervisor.questions
        // The state is that of a killed monitor, too, until the event says that the guest panicked.
        hypervisor.change(machine, to: .failed, telling: [.changed])
        try await eventually("a look", within: .seconds(20)) { hypervisor.questions > before ? true : nil }
        #expect(watch.end.current == nil)
        hypervisor.change(machine, telling: [.panicked])
        #expect(try await end(watch).outcome == .guestPanicked)
    }

    @Test func whatEndedBeforeAnybodyLookedIsToldByItsState() async throws {
        let machine = try await FakePlan.running(on: hypervisor)
        hypervisor.change(machine, to: .poweredOff)
        #expect(try await end(MachineWatch(machine, hypervisor)).outcome == .guestPoweredOff)
        #expect(try await end(MachineWatch(UUID(), hypervisor)).outcome == .destroyed, "a machine that is gone")
    }

    @Test func anEndWhileTheDaemonIsAwayIsToldWhenItIsBack() async throws {
        let (machine, watch) = try await watched()
        hypervisor.goAway()
        hypervisor.change(machine, to: .poweredOff, telling: [.stopped])
        await #expect(throws: BulkheadError.self) { try await hypervisor.state(of: machine) }
        #expect(watch.end.current == nil)
        hypervisor.comeBack()
        #expect(try await end(watch).outcome == .guestPoweredOff)
    }

    @Test func aMachineThatRunsOnWhileTheDaemonIsAwayIsListenedToAgain() async throws {
        let (machine, watch) = try await watched()
        hypervisor.goAway()
        hypervisor.comeBack()
        try await listening(machine)
        hypervisor.change(machine, to: .failed, telling: [.panicked, .stopped])
        #expect(try await end(watch).outcome == .guestPanicked)
    }

    @Test func neitherARebootNorAPauseIsAnEnd() async throws {
        let (machine, watch) = try await watched()
        hypervisor.change(machine, to: .paused, telling: [.changed])
        hypervisor.change(machine, to: .running, telling: [.rebooted])
        let late = BulkheadError(.launcherFailed, "the reboot", "it was not told", remedy: "")
        try await within(.seconds(20), otherwise: { late }) { try await watch.reboot.value() }
        #expect(watch.end.current == nil)
        hypervisor.change(machine, to: .destroyed, telling: [.stopped])
        #expect(try await end(watch).evidence == ["domain event: reboot", "domain state: destroyed"])
    }

    @Test func aWatchThatIsStoppedAsksNoMore() async throws {
        let (machine, watch) = try await watched()
        watch.stop()
        try await eventually("the end of its listening", within: .seconds(20)) {
            let before = hypervisor.questions
            hypervisor.change(machine, telling: [.changed])
            try await Task.sleep(for: .milliseconds(50))
            return hypervisor.questions == before ? true : nil
        }
    }
}

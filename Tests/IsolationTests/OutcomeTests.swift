import Testing

@testable import Isolation

@Suite struct OutcomeTests {
    private static let error = BulkheadError(.leaseTimeout, "guest", "silent", remedy: "wait")

    @Test(
        arguments: [
            (Outcome.exited(0), 0), (.exited(7), 7), (.signalled(15), 143), (.outOfMemory, 137),
            (.guestPoweredOff, 123),
            (.guestRebooted, 123), (.guestPanicked, 123), (.timeLimit, 124), (.monitorKilled, 125), (.destroyed, 137),
            (.interrupted(2), 130), (.launchFailed(.lease, error), 125), (.hostFailed(error), 125),
        ] as [(Outcome, Int32)])
    func theExitStatusTellsWhoseFailureItIs(_ outcome: Outcome, _ status: Int32) {
        #expect(outcome.exitStatus == status)
    }

    @Test(
        arguments: [
            (0, .exited(0)), (127, .exited(127)), (128, .exited(128)), (129, .signalled(1)), (192, .signalled(64)),
            (193, .exited(193)), (255, .exited(255)),
        ] as [(Int32, Outcome)])
    func aShellsStatusMayStandForASignal(_ status: Int32, _ outcome: Outcome) {
        #expect(Outcome(ofShell: status) == outcome)
    }

    @Test func onlyACommandsOwnZeroIsSuccess() {
        let others: [Outcome] = [
            .outOfMemory, .guestPoweredOff, .guestRebooted, .guestPanicked, .monitorKilled, .timeLimit, .destroyed,
            .launchFailed(.run, Self.error), .hostFailed(Self.error),
        ]
        for outcome in others { #expect(outcome.exitStatus != 0) }
    }

    @Test func anErrorSaysWhatWhyAndWhatHelps() {
        var error = Self.error
        error.evidence = ["console: last"]
        #expect("\(error)" == "leaseTimeout: guest: silent\n  remedy: wait\n  | console: last")
    }

    @Test func stagesAreOrdered() {
        #expect(LaunchStage.allCases == LaunchStage.allCases.sorted())
        #expect(LaunchStage.prepare < .run && LaunchStage.run < .cleanUp)
    }

    @Test func emulatedGuestsGetMoreTimeTheHostDoesNot() {
        let budgets = LaunchBudgets()
        #expect(budgets.budget(.lease, emulated: true) == budgets.budget(.lease, emulated: false) * 6)
        #expect(budgets.budget(.start, emulated: true) == budgets.budget(.start, emulated: false))
    }

    @Test func theTimelineEndsAStageOnce() {
        var timeline = Timeline()
        timeline.begin(.prepare, at: .seconds(1), budget: nil)
        timeline.end(at: .seconds(3))
        timeline.end(at: .seconds(9), failure: .diskFull)
        #expect(timeline.entries.map(\.duration) == [.seconds(2)])
        #expect(timeline.entries.first?.failure == nil)
        #expect(timeline.current == .prepare)
    }
}

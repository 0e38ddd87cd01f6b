import FoundationEssentials
import Isolation
import IsolationTestSupport
import Testing

/// The table of what a restart does.
@Suite struct RecoveryTests {
    enum Stage: String, CaseIterable { case preparing, starting, running, kept, destroying, terminated }
    enum Machine: String, CaseIterable { case up, down, absent }
    static let reason = Termination(.exited(4), evidence: ["seen"])

    static func life(_ stage: Stage) throws -> ContainerLife {
        var life = ContainerLife(isolators: 1)
        _ = life.launch()
        if stage != .preparing { _ = life.succeeded(.prepare(0)) }
        if [.running, .kept].contains(stage) {
            _ = life.succeeded(.start)
            _ = life.succeeded(.isolate(0))
            try #require(life.state == .starting)
            guard life.commandRuns() else { throw Violation(description: "the command runs") }
        }
        if stage == .kept { _ = life.commandEnded(because: reason, keeping: true) }
        if [.destroying, .terminated].contains(stage) { _ = life.destroy(because: reason) }
        if stage == .terminated {
            for step in [ContainerLife.Step.start, .stop, .cleanUp(0), .close] { _ = life.succeeded(step) }
        }
        try #require(life.state.name == stage.rawValue)
        return life
    }

    static func record(_ stage: Stage, sameBoot: Bool = true, output: ContainerConfig.Output = .sandbox) throws
        -> ContainerRecord
    {
        try ContainerRecord(
            FakeHousehold.config("one", output: output), machine: UUID(), created: 1,
            bootID: sameBoot ? "this" : "former",
            life: life(stage))
    }

    /// What must come out, by name.
    static func wanted(_ stage: Stage, _ machine: Machine, sameBoot: Bool, _ output: ContainerConfig.Output) -> String {
        switch (stage, machine, sameBoot, output) {
        case (.terminated, _, _, _): "report"
        case (.destroying, _, _, _): "destroy exited"
        case (.kept, .up, true, _): "keep"
        case (.kept, _, _, _): "destroy exited"
        case (_, _, false, _): "destroy hostFailed hostRebooted"
        case (.running, _, true, .sandbox): "follow"
        case (_, _, true, .sandbox): "destroy launchFailed interruptedByRestart"
        case (_, _, true, .caller): "destroy hostFailed interruptedByRestart"
        }
    }

    static func name(_ action: Recovery.Action) -> String {
        switch action {
        case .follow: "follow"
        case .destroy(_, let reason):
            "destroy \(reason.outcome.name)" + (reason.outcome.reason.map { " \($0.rawValue)" } ?? "")
        case .report: "report"
        case .keep: "keep"
        case .removeOrphan: "removeOrphan"
        case .leave: "leave"
        }
    }

    @Test(arguments: Stage.allCases, Machine.allCases)
    func eachRecordHasItsAction(_ stage: Stage, _ machine: Machine) throws {
        for sameBoot in [true, false] {
            for output in [ContainerConfig.Output.sandbox, .caller] {
                let record = try Self.record(stage, sameBoot: sameBoot, output: output)
                let found = FoundMachine(id: record.machine, name: "one", owner: "us", isRunning: machine == .up)
                let actions = Recovery.actions(
                    [record], machine == .absent ? [] : [found], others: [], owner: "us", bootID: "this")
                let wanted = Self.wanted(stage, machine, sameBoot: sameBoot, output)
                #expect(actions.map(Self.name) == [wanted], "\(sameBoot) \(output)")
                if case .destroy(_, let reason)? = actions.first, reason != Self.reason {
                    #expect(!reason.evidence.isEmpty && reason.outcome.error?.remedy.isEmpty == false)
                }
            }
        }
    }

    @Test(arguments: [true, false])
    func machinesWithoutARecordGoOnlyWhereTheyAreOurs(isRunning: Bool) {
        func machine(_ owner: String?) -> FoundMachine {
            FoundMachine(id: UUID(), name: "some", owner: owner, isRunning: isRunning)
        }
        let (ours, theirs, foreign, claimed) = (machine("us"), machine("them"), machine(nil), machine("us"))
        let actions = Recovery.actions(
            [], [ours, theirs, foreign, claimed], others: [claimed.id], owner: "us", bootID: "this")
        #expect(actions.map(Self.name) == ["removeOrphan", "leave", "leave"])
        #expect(actions.first == .removeOrphan(ours))
        guard case .leave(theirs, let why)? = actions.dropFirst().first,
            case .leave(foreign, let because)? = actions.last
        else { return #expect(Bool(false), "\(actions)") }
        #expect(why.contains("them") && because.contains("not made by Bulkhead"))
    }

    @Test func aForeignMachineUnderOurNumberIsNotAnOrphan() throws {
        let record = try Self.record(.running)
        let found = FoundMachine(id: record.machine, name: "one", owner: nil, isRunning: true)
        let actions = Recovery.actions([record], [found], others: [], owner: "us", bootID: "this")
        #expect(actions == [.follow(record.id)])
    }
}

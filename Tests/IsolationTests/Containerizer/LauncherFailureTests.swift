import FoundationEssentials
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct LauncherFailureTests {
    let household = FakeHousehold()

    @Test(arguments: ["start", "execute", "follow", "ended"])
    func oneThatThrowsEndsTheContainer(_ call: String) async throws {
        household.launcher.set(call, .fails(StrangeError("broken")))
        let report = try await household.containerizer().run(FakeHousehold.config("one"))
        let error = try #require(report.termination.outcome.error)
        #expect("\(error)".contains("broken") || call == "ended" && error.reason == .launcherFailed)
        #expect(error.evidence.contains("console of one"), "it says what the machine said last: \(error)")
        if case .hostFailed = report.termination.outcome {} else { #expect(call != "follow", "the command ran") }
        household.expectCleanedUp("one")
    }

    /// As `bulkhead rm` does, which asks and then takes the machine away.
    @Test(arguments: ["start", "execute", "follow"])
    func whatAnotherProcessDestroyedHasNotFailed(_ call: String) async throws {
        let gate = Once<Void>()
        household.isolators[0].set("prepare", .waits(for: gate))
        household.launcher.set(call, .fails(StrangeError("it is gone")))
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one")
        let launch = Task { try await containerizer.launch(config) }
        try await household.awaitCall("a.prepare one")
        household.disk.askForEnd(of: config.id)
        gate.fulfil(.success(()))
        try await soon("launch") { try await launch.value }
        let report = try await containerizer.report(config.id)
        #expect(report.termination == Termination(.destroyed, evidence: ["destroyed by its user"]))
        #expect(report.timeline.entries.allSatisfy { $0.failure == nil })
        household.expectCleanedUp("one")
    }

    @Test func aStartThatHangsIsNamed() async throws {
        household.shorten(.start)
        household.launcher.set("start", .hangs)
        let report = try await household.containerizer().run(FakeHousehold.config("one"))
        guard case .launchFailed(.start, let error) = report.termination.outcome else {
            return #expect(Bool(false), "\(report.termination)")
        }
        #expect(error.reason == .launcherFailed && error.subject == "launcher fake, start")
        household.expectCleanedUp("one")
    }

    @Test func aStartDeafToCancellationIsNamedAndNeverUndoneBesideIt() async throws {
        household.shorten(.start)
        let gate = Once<Void>()
        household.launcher.set("start", .hangsDeaf(until: gate))
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one")
        let report = try await containerizer.run(config)
        #expect(report.termination.outcome.reason == .launcherFailed && report.cleanUpFailure != nil)
        #expect(household.journal.count("launcher.stop one") == 0)
        gate.fulfil(.success(()))
        try await containerizer.awaitGone(config.id)
        household.expectCleanedUp("one")
    }

    /// Before it has told that the command runs.
    @Test func anExecuteThatHangsCanBeDestroyed() async throws {
        let gate = Once<Void>()
        household.launcher.set("execute", .hangsDeaf(until: gate))
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one")
        let launch = Task { try await containerizer.launch(config) }
        try await household.awaitCall("launcher.execute one")
        #expect(try await containerizer.end(config.id).termination.outcome == .destroyed)
        try await soon("launch") { try await launch.value }
        household.expectCleanedUp("one")
        gate.fulfil(.success(()))
    }

    /// Left behind by its own container, it must not speak for the next one of that name.
    @Test func aLateCommandIsNotTakenForTheNextContainers() async throws {
        let (gate, second) = (Once<Void>(), Once<Void>())
        household.launcher.set("execute", .hangsDeaf(until: gate), times: 1)
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one", output: .caller)
        let launch = Task { try await containerizer.launch(config) }
        try await household.awaitCall("launcher.execute one")
        _ = try await containerizer.end(config.id)
        try await soon("launch") { try await launch.value }
        household.launcher.set("execute", .waits(for: second), times: 1)
        let next = Task { try await containerizer.launch(config) }
        try await eventually("the second", within: .seconds(30)) {
            household.journal.count("launcher.execute one") == 2 ? true : nil
        }
        gate.fulfil(.success(()))
        #expect(await containerizer.list().first?.life.state == .starting)
        second.fulfil(.success(()))
        try await soon("launch") { try await next.value }
        #expect(await containerizer.list().first?.life.state == .running)
        _ = try await containerizer.end(config.id)
    }

    @Test(arguments: [Behaviour.fails(StrangeError("broken")), .hangs])
    func questionsAboutAllAreNamed(_ behaviour: Behaviour) async throws {
        household.shorten()
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        household.launcher.set("statistics", behaviour)
        household.launcher.set("machines", behaviour)
        let usage = await #expect(throws: BulkheadError.self) {
            try await soon("usage") { try await containerizer.usage() }
        }
        #expect(usage?.reason == .launcherFailed && usage?.subject == "launcher fake, statistics")
        let other = try household.restarted()
        let recovery = await #expect(throws: BulkheadError.self) {
            try await soon("recover") { try await other.recover() }
        }
        #expect(recovery?.reason == .launcherFailed && recovery?.subject == "launcher fake, machines")
        household.launcher.set("machines", .works)
        #expect(try await other.recover() == [.follow(config.id)], "and a later one finds all")
        _ = try await other.end(config.id)
    }

    @Test func statisticsOfOthersChangeNothing() async throws {
        household.launcher.set("statistics", .nonsense)
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        #expect(Array(try await containerizer.usage().keys) == [config.id])
        _ = try await containerizer.end(config.id)
    }

    @Test(arguments: [Behaviour.fails(StrangeError("will not go")), .hangs])
    func anOrphanThatStaysIsToldAndHoldsNothingUp(_ behaviour: Behaviour) async throws {
        household.shorten()
        household.launcher.set("remove", behaviour)
        let orphan = FoundMachine(id: .init(), name: "orphan", owner: FakeLauncher.owner, isRunning: true)
        household.host.add(orphan)
        let config = try await household.running(in: household.containerizer())
        let containerizer = try household.restarted()
        let actions = try await soon("recover") { try await containerizer.recover() }
        #expect(actions.contains(.follow(config.id)))
        guard case .leave(orphan, let why)? = actions.last else { return #expect(Bool(false), "\(actions)") }
        #expect(why.contains("launcher fake, remove"))
        _ = try await containerizer.end(config.id)
    }

    @Test func successWithoutACommandIsStillTheLaunchersWord() async throws {
        household.launcher.set("execute", .nonsense)
        let containerizer = try household.containerizer()
        let report = try await containerizer.run(FakeHousehold.config("one"))
        #expect(report.record.commandStarted == nil && report.termination.outcome == .exited(0))
        household.expectCleanedUp("one")
    }
}

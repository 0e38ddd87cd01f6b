import Isolation
import IsolationTestSupport
import TestSupport
import Testing

/// Command, machine, limits and signals: what comes first, and what is then told.
@Suite(.timeLimit(.minutes(2))) struct EndTests {
    let household = FakeHousehold()

    @Test(arguments: [Outcome.exited(0), .exited(3), .signalled(11), .outOfMemory])
    func theCommandsEndIsTheContainers(_ outcome: Outcome) async throws {
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        household.host.endCommand(of: try #require(household.host.all.first).id, outcome)
        let report = try await containerizer.report(config.id)
        #expect(report.termination == Termination(outcome, evidence: ["fake command"]))
        household.expectCleanedUp("one")
    }

    @Test func theMachinesEndUnderItsCommandIsToldAsSuch() async throws {
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        household.host.endMachine(try #require(household.host.all.first).id, .guestPanicked)
        #expect(try await containerizer.report(config.id).termination.outcome == .guestPanicked)
        household.expectCleanedUp("one")
    }

    @Test(arguments: [("b", "isolate"), ("launcher", "execute")])
    func theMachinesEndBeforeItsCommandIsAFailedLaunch(_ owner: String, _ call: String) async throws {
        household.script(owner).set(call, .hangs)
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one")
        let launch = Task { try await containerizer.launch(config) }
        try await household.awaitCall("\(owner).\(call) one")
        household.host.endMachine(try #require(household.host.all.first).id, .guestPanicked)
        try await soon("launch") { try await launch.value }
        guard case .launchFailed(_, let error) = try await containerizer.report(config.id).termination.outcome else {
            return #expect(Bool(false), "launchFailed")
        }
        #expect(error.reason == .guestDied && error.evidence.contains("fake machine"))
        household.expectCleanedUp("one")
    }

    /// Contact breaks a moment before the machine's end is known, which explains it.
    @Test func aLostContactWaitsForTheMachinesWord() async throws {
        household.change { $0.contactPatience = FakeHousehold.budget }
        household.launcher.set("follow", .fails(StrangeError("connection reset")))
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        household.host.endMachine(try #require(household.host.all.first).id, .guestPoweredOff)
        #expect(try await containerizer.report(config.id).termination.outcome == .guestPoweredOff)
    }

    /// The kernel's word for it comes a moment after the machine monitor is dead.
    @Test func aKilledMonitorWaitsForAnIsolatorThatKnowsWhy() async throws {
        household.change { $0.contactPatience = FakeHousehold.budget }
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        household.host.endMachine(try #require(household.host.all.first).id, .monitorKilled)
        household.limitations[1].fulfil(.success(Limitation(.memory, evidence: "control group")))
        let report = try await containerizer.report(config.id)
        #expect(report.termination == Termination(.outOfMemory, evidence: ["control group", "fake machine"]))
    }

    @Test func aKilledMonitorThatNobodyExplainsIsToldAsSuch() async throws {
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        household.host.endMachine(try #require(household.host.all.first).id, .monitorKilled)
        let report = try await containerizer.report(config.id)
        #expect(report.termination == Termination(.monitorKilled, evidence: ["fake machine"]))
    }

    @Test func raceOfCommandAndMachineHasOneOfBothAsItsEnd() async throws {
        let containerizer = try household.containerizer()
        for number in 0..<50 {
            let config = try await household.running("race-\(number)", in: containerizer)
            let machine = try #require(household.host.all.first).id
            async let command: Void = household.host.endCommand(of: machine, .exited(4))
            async let end: Void = household.host.endMachine(machine, .guestPoweredOff)
            _ = await (command, end)
            let outcome = try await containerizer.report(config.id).termination.outcome
            #expect(outcome == .exited(4) || outcome == .guestPoweredOff)
            household.expectCleanedUp("race-\(number)")
        }
    }

    @Test(arguments: [
        (Limitation(.time, evidence: "9 s of 8 s"), Outcome.timeLimit),
        (Limitation(.memory, evidence: "2"), .outOfMemory),
        (Limitation(.disk, evidence: "3"), .outOfDisk(nil)), (Limitation(.other, evidence: "4"), .limitReached("4")),
    ])
    func aLimitEndsTheContainer(_ limitation: Limitation, _ outcome: Outcome) async throws {
        household.limitations[1].fulfil(.success(limitation))
        let report = try await household.containerizer().run(FakeHousehold.config("one"))
        #expect(report.termination == Termination(outcome, evidence: [limitation.evidence]))
        #expect(household.journal.count("launcher.signal 15 one") == 0)
        household.expectCleanedUp("one")
    }

    /// The command ends by SIGTERM within its grace, or is destroyed when that is over; the limit stays the reason.
    @Test(arguments: ["sleep", "deaf"])
    func aLimitWithGraceAsksFirst(_ command: String) async throws {
        let grace: Duration = command == "deaf" ? .milliseconds(50) : FakeHousehold.budget
        household.limitations[0].fulfil(.success(Limitation(.time, evidence: "9 s", grace: grace)))
        let report = try await household.containerizer().run(
            FakeHousehold.config("one", TaskCommand(arguments: [command])))
        #expect(report.termination.outcome == .timeLimit)
        #expect(household.journal.count("launcher.signal 15 one") == 1)
        household.expectCleanedUp("one")
    }

    @Test func aSignalThatHangsDoesNotSuspendTheLimit() async throws {
        let gate = Once<Void>()
        household.launcher.set("signal 15", .hangsDeaf(until: gate))
        household.limitations[0].fulfil(.success(Limitation(.time, evidence: "9 s", grace: .milliseconds(50))))
        let report = try await household.containerizer().run(FakeHousehold.config("one"))
        #expect(report.termination.outcome == .timeLimit)
        gate.fulfil(.success(()))
    }

    @Test func theFirstOfTwoLimitsWins() async throws {
        household.limitations[0].fulfil(.success(Limitation(.memory, evidence: "first", grace: .milliseconds(100))))
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer, "deaf")
        try await household.awaitCall("launcher.signal 15 one")
        household.limitations[1].fulfil(.success(Limitation(.time, evidence: "second")))
        #expect(try await containerizer.report(config.id).termination.evidence == ["first"])
    }

    @Test func aSignalReachesTheRunningCommand() async throws {
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        await containerizer.signal(2, to: config.id)
        #expect(try await containerizer.report(config.id).termination.outcome == .signalled(2))
    }

    @Test(arguments: [("b", "prepare"), ("launcher", "start"), ("launcher", "execute")])
    func aSignalBeforeTheCommandEndsTheLaunch(_ owner: String, _ call: String) async throws {
        household.script(owner).set(call, .hangs)
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one")
        let launch = Task { try await containerizer.launch(config) }
        try await household.awaitCall("\(owner).\(call) one")
        await containerizer.signal(15, to: config.id)
        try await soon("launch") { try await launch.value }
        #expect(try await containerizer.report(config.id).termination.outcome == .interrupted(15))
        #expect(household.journal.count("launcher.signal 15 one") == 0)
        household.expectCleanedUp("one")
    }

    @Test func theCallersSignalsAreDelivered() async throws {
        let (signals, sender) = AsyncStream<Int32>.makeStream()
        let streams = CommandStreams(input: nil, output: { _ in }, errors: { _ in }, signals: signals)
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one", output: .caller)
        try await soon("launch") { try await containerizer.launch(config, streams: streams) }
        async let report = containerizer.report(config.id)
        sender.yield(10)
        #expect(try await report.termination.outcome == .signalled(10))
    }
}

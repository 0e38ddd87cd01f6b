import FoundationEssentials
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

/// Our process is killed and another one begins, on the same host.
@Suite(.timeLimit(.minutes(2))) struct RecoverTests {
    let household = FakeHousehold()

    /// Where the launch stood, and how the container then ends.
    @Test(arguments: [
        ("provisioner", "provision"), ("a", "prepare"), ("c", "prepare"), ("launcher", "start"), ("b", "isolate"),
        ("launcher", "execute"),
    ])
    func aHalfDoneLaunchIsUndone(_ owner: String, _ call: String) async throws {
        household.script(owner).set(call, .hangs)
        let former = try household.containerizer()
        let config = try FakeHousehold.config("one")
        let launch = Task { try await former.launch(config) }
        defer { launch.cancel() }
        try await household.awaitCall("\(owner).\(call) one")
        let containerizer = try household.restarted()
        let actions = try await soon("recover") { try await containerizer.recover() }
        guard case .destroy(config.id, let reason)? = actions.first, actions.count == 1 else {
            return #expect(Bool(false), "\(actions)")
        }
        #expect(reason.outcome.reason == .interruptedByRestart)
        #expect(try await containerizer.report(config.id).termination == reason)
        for name in ["a", "b", "c"] {
            #expect(household.journal.count("\(name).cleanup one") == 1, "all may have begun")
        }
        #expect(household.host.all.isEmpty)
    }

    @Test func aRunningCommandIsFollowedToItsTrueEnd() async throws {
        let config = try await household.running(in: household.containerizer(), "wait")
        let containerizer = try household.restarted()
        #expect(try await soon("recover") { try await containerizer.recover() } == [.follow(config.id)])
        #expect(
            household.journal.of("one").filter { $0.hasSuffix(".recover") } == ["a.recover", "b.recover", "c.recover"])
        #expect(await containerizer.list().first?.life.state == .running)
        await containerizer.signal(10, to: config.id)
        let report = try await containerizer.report(config.id)
        #expect(report.termination.outcome == .exited(5))
        let output = try household.places().sandbox(config.id) + "/stdout"
        #expect(try String(contentsOfFile: output, encoding: .utf8) == "before\nafter\n")
        #expect(household.journal.count("launcher.start one") == 1)
        #expect(household.journal.count("a.prepare one") == 1 && household.journal.count("a.cleanup one") == 1)
        #expect(report.plan.environment.map(\.name) == ["a", "b", "c"], "isolators put back what the launcher needs")
    }

    @Test func whatIsFollowedIsWatchedUpdatedAndMeasured() async throws {
        let config = try await household.running(in: household.containerizer())
        let containerizer = try household.restarted()
        _ = try await soon("recover") { try await containerizer.recover() }
        #expect(try await containerizer.usage(of: config.id).memoryLimitBytes == 7)
        #expect(try await containerizer.update(config.id, to: FakeHousehold.resources) == .applied)
        household.limitations[2].fulfil(.success(Limitation(.memory, evidence: "too much")))
        #expect(try await containerizer.report(config.id).termination.outcome == .outOfMemory)
    }

    @Test func aCallersContainerEndsWithItsProcess() async throws {
        let former = try household.containerizer()
        let config = try FakeHousehold.config("one", output: .caller)
        try await soon("launch") { try await former.launch(config) }
        let containerizer = try household.restarted()
        _ = try await soon("recover") { try await containerizer.recover() }
        try await containerizer.awaitGone(config.id)
        #expect(household.disk.records.isEmpty && household.host.all.isEmpty)
    }

    @Test func anEndThatWasUnderWayIsFinishedForItsOwnReason() async throws {
        let former = try household.containerizer()
        let config = try await household.running(in: former)
        household.isolators[1].set("cleanup", .hangs, times: 1)
        let end = Task { try await former.destroy(config.id, because: Termination(.timeLimit, evidence: ["9 s"])) }
        defer { end.cancel() }
        try await household.awaitCall("b.cleanup one")
        let containerizer = try household.restarted()
        _ = try await soon("recover") { try await containerizer.recover() }
        #expect(try await containerizer.report(config.id).termination == Termination(.timeLimit, evidence: ["9 s"]))
        #expect(household.journal.count("b.cleanup one") == 2)
    }

    @Test func aResultThatNobodyTookIsKept() async throws {
        let config = try FakeHousehold.config("one", ContractCommands.fake.exitsWith7)
        _ = try await household.containerizer().run(config)
        let containerizer = try household.restarted()
        #expect(try await soon("recover") { try await containerizer.recover() } == [.report(config.id)])
        #expect(try await containerizer.report(config.id).termination.outcome == .exited(7))
        try await containerizer.forget(config.id)
        #expect(household.disk.records.isEmpty)
    }

    @Test func whatWasKeptIsKeptAndCanBeDestroyed() async throws {
        let config = try FakeHousehold.config("one", ContractCommands.fake.exitsWith7, output: .caller, keep: true)
        _ = try await household.containerizer().run(config)
        let containerizer = try household.restarted()
        #expect(try await soon("recover") { try await containerizer.recover() } == [.keep(config.id)])
        #expect(try await containerizer.report(config.id).isKept)
        #expect(try await containerizer.end(config.id).termination.outcome == .exited(7))
        #expect(household.host.all.isEmpty && household.disk.records.isEmpty)
    }

    @Test func afterAnotherBootNothingIsClaimedToRun() async throws {
        let config = try await household.running(in: household.containerizer())
        household.change { $0.bootID = "next boot" }
        let containerizer = try household.restarted()
        _ = try await soon("recover") { try await containerizer.recover() }
        #expect(try await containerizer.report(config.id).termination.outcome.reason == .hostRebooted)
    }

    @Test func otherProcessesContainersAndForeignMachinesAreLeftAlone() async throws {
        let former = try household.containerizer()
        let config = try await household.running(in: former)
        household.host.add(FoundMachine(id: UUID(), name: "desktop", owner: nil, isRunning: true))
        household.host.add(FoundMachine(id: UUID(), name: "other", owner: "them", isRunning: true))
        household.host.add(FoundMachine(id: UUID(), name: "orphan", owner: FakeLauncher.owner, isRunning: false))
        let second = try household.containerizer()
        let actions = try await soon("recover") { try await second.recover() }
        #expect(actions.map(RecoveryTests.name).sorted() == ["leave", "leave", "removeOrphan"])
        #expect(await second.list().isEmpty)
        #expect(Set(household.host.all.map(\.name)) == ["one", "desktop", "other"])
        _ = try await former.end(config.id)
    }

    /// The administrator has taken an isolator out of the list between two runs.
    @Test func fewerIsolatorsThanBeforeDoNotTrap() async throws {
        let config = try await household.running(in: household.containerizer())
        household.kill()
        let containerizer = try Containerizer(
            launcher: FakeLauncher(host: household.host),
            isolators: [ScriptedIsolator("a", journal: household.journal)],
            provisioner: FakeProvisioner(), store: MemoryStore(disk: household.disk), places: household.places(),
            options: household.options)
        _ = try await soon("recover") { try await containerizer.recover() }
        #expect(try await containerizer.end(config.id).termination.outcome == .destroyed)
        #expect(household.journal.count("a.cleanup one") == 1 && household.host.all.isEmpty)
    }
}

import FoundationEssentials
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct LaunchTests {
    let household = FakeHousehold(isolators: 2)

    @Test func aContainerGoesUpAndComesDownInOrder() async throws {
        let containerizer = try household.containerizer()
        let report = try await containerizer.run(FakeHousehold.config("one", ContractCommands.fake.exitsWith7))
        #expect(report.termination.outcome == .exited(7))
        #expect(report.cleanUpFailure == nil && !report.isKept)
        let wanted = [
            "store.claim", "store.add", "store.save", "provisioner.provision", "a.prepare", "b.prepare",
            "launcher.start",
            "a.isolate", "b.isolate", "launcher.execute", "launcher.stop", "b.cleanup", "a.cleanup",
        ]
        let calls = household.journal.of("one").filter(wanted.contains)
        #expect(
            calls.reduce(into: []) { if $0.last != $1 { $0.append($1) } }.filter { $0 != "store.save" }
                == wanted.filter { $0 != "store.save" })
        household.expectCleanedUp("one")
        #expect(await containerizer.list().isEmpty)
    }

    @Test func eachStateIsStoredBeforeItsStep() async throws {
        let gate = Once<Void>()
        household.launcher.set("start", .waits(for: gate))
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one")
        let launch = Task { try await containerizer.launch(config) }
        try await household.awaitCall("launcher.start one")
        #expect(household.disk.records[config.id]?.life.state == .starting)
        gate.fulfil(.success(()))
        try await soon("launch") { try await launch.value }
        #expect(household.disk.records[config.id]?.life.state == .running)
        #expect(household.disk.records[config.id]?.commandStarted != nil)
        let report = try await containerizer.end(config.id)
        #expect(household.disk.records[config.id]?.life.state == .terminated(report.termination))
    }

    @Test func theResultWaitsUntilItIsForgotten() async throws {
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one", ContractCommands.fake.prints)
        _ = try await containerizer.run(config)
        #expect(try await containerizer.report(config.id).termination.outcome == .exited(0))
        #expect(try await containerizer.end(config.id).termination.outcome == .exited(0))
        await #expect(throws: BulkheadError.self) { try await containerizer.launch(config) }
        try await containerizer.forget(config.id)
        #expect(try await containerizer.wait(config.id) == nil)
        #expect(try await containerizer.run(config).termination.outcome == .exited(0))
    }

    @Test func aCallersContainerLeavesNothing() async throws {
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one", ContractCommands.fake.prints, output: .caller)
        #expect(try await containerizer.run(config).termination.outcome == .exited(0))
        #expect(household.disk.records.isEmpty)
        #expect(try await containerizer.wait(config.id) == nil)
        let containers = try household.places().root + "/containers"
        #expect(try FileManager.default.contentsOfDirectory(atPath: containers).isEmpty)
    }

    @Test func aUsedNameIsRefusedAndTheFirstGoesOn() async throws {
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        let error = await #expect(throws: BulkheadError.self) { try await containerizer.launch(config) }
        #expect(error?.reason == .nameInUse && error?.remedy.isEmpty == false)
        #expect(household.journal.count("launcher.start one") == 1)
        // Another process on this host, too.
        let other = try household.containerizer()
        let second = await #expect(throws: BulkheadError.self) { try await other.launch(config) }
        #expect(second?.reason == .nameInUse)
        #expect(await containerizer.list().map(\.id) == [config.id])
        #expect(try await containerizer.end(config.id).termination.outcome == .destroyed)
    }

    @Test func doubledIsolatorsAreRefused() throws {
        let error = #expect(throws: BulkheadError.self) {
            try Containerizer(
                launcher: FakeLauncher(host: FakeHost()), isolators: [ScriptedIsolator("a"), ScriptedIsolator("a")],
                provisioner: FakeProvisioner(), store: MemoryStore(disk: MemoryDisk()), places: try household.places(),
                options: household.options)
        }
        #expect(error?.reason == .badOption && error?.detail.contains("a is named twice") == true)
    }

    @Test func aContainerNeedsNoIsolators() async throws {
        let bare = FakeHousehold(isolators: 0)
        let containerizer = try bare.containerizer()
        let report = try await containerizer.run(FakeHousehold.config("one", ContractCommands.fake.prints))
        #expect(report.termination.outcome == .exited(0))
        let output = try bare.places().sandbox(report.record.id) + "/stdout"
        #expect(try String(contentsOfFile: output, encoding: .utf8) == "to out\n")
        bare.expectCleanedUp("one")
        let other = try await bare.running("other", in: containerizer)
        #expect(try await containerizer.end(other.id).plan.boot == .disk, "the provisioner was asked")
    }

    @Test func theSandboxTellsHowItWent() async throws {
        let containerizer = try household.containerizer()
        let report = try await containerizer.run(FakeHousehold.config("one", ContractCommands.fake.killedBy9))
        let journal = try household.places().sandbox(report.record.id) + "/launch.json"
        let text = try String(contentsOfFile: journal, encoding: .utf8)
        #expect(text.contains("signalled") && text.contains("fake command") && text.contains("cleanUp"))
        #expect(text.contains("\"budgetMilliseconds\" : \(FakeHousehold.budget.components.seconds * 1000)"))
    }

    @Test(arguments: [Behaviour.fails(StrangeError("no image")), .hangs])
    func aProvisionerThatFailsEndsTheLaunch(_ behaviour: Behaviour) async throws {
        household.shorten(.prepare)
        household.provisioner.set("provision", behaviour)
        let containerizer = try household.containerizer()
        let report = try await containerizer.run(FakeHousehold.config("one"))
        guard case .launchFailed(.prepare, let error) = report.termination.outcome else {
            return #expect(Bool(false), "\(report.termination.outcome)")
        }
        #expect("\(error)".contains("no image") || error.subject == "provisioner")
        #expect(household.journal.count("a.prepare one") == 0 && household.journal.count("launcher.start one") == 0)
        #expect(household.journal.count("a.cleanup one") == 1)
    }

    @Test func whatIsKeptStaysUntilItIsDestroyed() async throws {
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one", ContractCommands.fake.exitsWith7, keep: true)
        let report = try await containerizer.run(config)
        #expect(report.isKept && report.termination.outcome == .exited(7))
        #expect(household.host.all.count == 1 && household.journal.count("a.cleanup one") == 0)
        #expect(household.disk.records[config.id]?.life.state == .kept(report.termination))
        let last = try await containerizer.end(config.id)
        #expect(last.termination.outcome == .exited(7) && !last.isKept)
        household.expectCleanedUp("one")
    }
}

import Isolation
import IsolationTestSupport
import TestSupport
import Testing

/// A store that cannot be written loses nothing: what cannot be stored is not begun, or is found again.
@Suite(.timeLimit(.minutes(2))) struct StoreFailureTests {
    let household = FakeHousehold()
    static let full = BulkheadError(.stateUnusable, "store", "the disk is full", remedy: "make space")

    @Test(arguments: ["claim", "add"])
    func nothingIsMadeBeforeItIsStored(_ call: String) async throws {
        household.store.set(call, .fails(Self.full), times: 1)
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one", ContractCommands.fake.exitsWith7)
        let error = await #expect(throws: BulkheadError.self) { try await containerizer.launch(config) }
        #expect(error == Self.full)
        #expect(await containerizer.list().isEmpty && household.disk.records.isEmpty)
        #expect(household.journal.all.allSatisfy { $0.hasPrefix("store.") })
        #expect(try await containerizer.run(config).termination.outcome == .exited(7), "the name is free")
    }

    @Test(arguments: ["record", "records"])
    func questionsThrowItsError(_ call: String) async throws {
        household.store.set(call, .fails(Self.full))
        let containerizer = try household.containerizer()
        let id = try ContainerID("one")
        await #expect(throws: Self.full) {
            if call == "records" { _ = try await containerizer.recover() } else { _ = try await containerizer.wait(id) }
        }
    }

    /// Each save of a life in turn fails once, with and without the store failing ever after.
    @Test(arguments: 0..<7, [1, nil])
    func noSaveThatFailsLosesAnything(_ passing: Int, _ times: Int?) async throws {
        household.store.failAfter(passing, Self.full, times: times)
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one", ContractCommands.fake.exitsWith7)
        let report = try await containerizer.run(config)
        let runs = household.journal.count("launcher.execute one")
        if runs > 0, let state = household.disk.records[config.id]?.life.state {
            #expect(state != .preparing, "no command runs that cannot be found again")
        }
        #expect(household.disk.records[config.id] != nil)
        household.store.set("save", .works)
        household.kill()
        // What was said is not taken back, unless it could not be stored.
        let next = try household.containerizer()
        _ = try await soon("recover") { try await next.recover() }
        let last = try await next.report(config.id)
        if case .terminated = report.record.life.state, report.cleanUpFailure == nil {
            #expect(last.termination == report.termination)
        }
        #expect(household.host.all.isEmpty, "\(household.journal.all)")
        for name in ["a", "b", "c"] where household.journal.count("\(name).prepare one") > 0 {
            #expect(household.journal.count("\(name).cleanup one") >= 1)
        }
    }

    /// The command runs for a moment that no restart would know of: it must end at once.
    @Test func aCommandThatCannotBeStoredIsEnded() async throws {
        household.store.failAfter(2, Self.full, times: 1)
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one")
        let report = try await containerizer.run(config)
        guard case .hostFailed(let error) = report.termination.outcome else {
            return #expect(Bool(false), "\(report.termination)")
        }
        #expect(error.detail == Self.full.detail)
        household.expectCleanedUp("one")
    }

    @Test(arguments: [ContainerConfig.Output.sandbox, .caller])
    func anEndThatCannotBeStoredIsToldAndTriedAgain(_ output: ContainerConfig.Output) async throws {
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one", output: output)
        try await soon("launch") { try await containerizer.launch(config) }
        if output == .caller {
            household.store.set("remove", .fails(Self.full), times: 1)
        } else {
            household.store.failAfter(1, Self.full, times: 1)
        }
        let first = try await containerizer.end(config.id)
        #expect(first.termination.outcome == .destroyed && first.cleanUpFailure?.detail == Self.full.detail)
        let second = try await containerizer.end(config.id)
        #expect(second.termination.outcome == .destroyed && second.cleanUpFailure == nil)
        #expect(await containerizer.list().isEmpty)
        if output == .caller { #expect(household.disk.records.isEmpty) }
        household.expectCleanedUp("one")
    }

    @Test func anUpdateThatCannotBeStoredIsNotTried() async throws {
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        household.store.set("save", .fails(Self.full), times: 1)
        var wish = FakeHousehold.resources
        wish.memory = .mebibytes(256)
        await #expect(throws: Self.full) { try await containerizer.update(config.id, to: wish) }
        #expect(household.journal.all.allSatisfy { !$0.contains(".update") })
        #expect(await containerizer.list().first?.resources == FakeHousehold.resources)
        _ = try await containerizer.end(config.id)
    }
}

extension Script {
    /// Saves work for so many times, then fail.
    func failAfter(_ passing: Int, _ error: BulkheadError, times: Int?) {
        set(
            "save",
            Array(repeating: .works, count: passing) + Array(repeating: .fails(error), count: times ?? 1)
                + (times == nil ? [] : [.works]))
    }
}

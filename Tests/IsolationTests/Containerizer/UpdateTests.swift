import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct UpdateTests {
    let household = FakeHousehold()

    private static func wish(_ mebibytes: UInt64) -> Resources {
        Resources(cpus: CPUs(thousandths: 2000), memory: .mebibytes(mebibytes), disk: .mebibytes(64))
    }

    private var updates: [String] { household.journal.of("one").filter { $0.contains(".update ") } }

    @Test func allAreAskedAndItIsStored() async throws {
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        #expect(try await containerizer.update(config.id, to: Self.wish(256)) == .applied)
        #expect(updates == ["a", "b", "c"].map { "\($0).update 256" })
        #expect(household.disk.records[config.id]?.resources == Self.wish(256))
        #expect(await containerizer.list().first?.resources == Self.wish(256))
        _ = try await containerizer.end(config.id)
    }

    @Test func whatFollowsLaterIsSaid() async throws {
        household.isolators[1].set("delay", .nonsense)
        household.isolators[2].set("update", .nonsense)
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        guard case .pending(let why) = try await containerizer.update(config.id, to: Self.wish(256)) else {
            return #expect(Bool(false), "pending")
        }
        #expect(why == "b follows later; isolator c does not say for what")
        _ = try await containerizer.end(config.id)
    }

    @Test func whereOneRefusesAllGoBack() async throws {
        household.isolators[1].set("refuse", .nonsense)
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        guard case .refused(let error) = try await containerizer.update(config.id, to: Self.wish(256)) else {
            return #expect(Bool(false), "refused")
        }
        #expect(error.detail == "not today")
        #expect(updates == ["a.update 256", "b.update 256", "b.update 128", "a.update 128"])
        #expect(household.disk.records[config.id]?.resources == config.resources)
        #expect(await containerizer.list().first?.resources == config.resources)
        #expect(await containerizer.list().first?.life.state == .running, "the container goes on")
        _ = try await containerizer.end(config.id)
    }

    @Test(arguments: [Behaviour.fails(StrangeError("broken")), .hangs])
    func oneThatFailsIsARefusal(_ behaviour: Behaviour) async throws {
        household.shorten()
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        household.isolators[1].set("update", behaviour, times: 1)
        guard case .refused(let error) = try await containerizer.update(config.id, to: Self.wish(256)) else {
            return #expect(Bool(false), "refused")
        }
        #expect(error.reason == (behaviour.isHang ? .isolatorHangs : .isolatorFailed))
        #expect(error.subject == "isolator b, update")
        #expect(updates.last == "a.update 128")
        _ = try await containerizer.end(config.id)
    }

    @Test func whoDoesNotGoBackIsNamed() async throws {
        household.isolators[2].set("refuse", .nonsense)
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        let rule = household.isolators[0]
        rule.set("update", [.works, .fails(StrangeError("jammed"))])
        guard case .refused(let error) = try await containerizer.update(config.id, to: Self.wish(256)) else {
            return #expect(Bool(false), "refused")
        }
        #expect(error.evidence.contains { $0.contains("isolator a did not go back") && $0.contains("jammed") })
        _ = try await containerizer.end(config.id)
    }

    @Test func wishesBeyondReasonAreErrorsAndNobodyIsAsked() async throws {
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        for (mebibytes, reason) in [(64, .badResource), (1 << 20, .exceedsHost)] as [(UInt64, BulkheadError.Reason)] {
            let error = await #expect(throws: BulkheadError.self) {
                try await containerizer.update(config.id, to: Self.wish(mebibytes))
            }
            #expect(error?.reason == reason && error?.remedy.isEmpty == false)
        }
        #expect(updates.isEmpty)
        _ = try await containerizer.end(config.id)
    }

    @Test func onlyWhatRunsIsUpdatedOrMeasured() async throws {
        let gate = Once<Void>()
        household.isolators[0].set("prepare", .waits(for: gate))
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one", ContractCommands.fake.exitsWith7)
        func expectRefusal(_ reason: BulkheadError.Reason) async {
            let update = await #expect(throws: BulkheadError.self) {
                try await containerizer.update(config.id, to: Self.wish(256))
            }
            let usage = await #expect(throws: BulkheadError.self) { try await containerizer.usage(of: config.id) }
            #expect(update?.reason == reason && usage?.reason == reason)
        }
        await expectRefusal(.unknownContainer)
        let launch = Task { try await containerizer.launch(config) }
        try await household.awaitCall("a.prepare one")
        await expectRefusal(.notRunning)
        gate.fulfil(.success(()))
        try await soon("launch") { try await launch.value }
        _ = try await containerizer.report(config.id)
        await expectRefusal(.notRunning)
    }

    @Test func updatesOfOneContainerComeOneAfterAnother() async throws {
        let gate = Once<Void>()
        household.isolators[0].set("update", .waits(for: gate), times: 1)
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        async let first = containerizer.update(config.id, to: Self.wish(256))
        try await household.awaitCall("a.update 256 one")
        async let second = containerizer.update(config.id, to: Self.wish(512))
        gate.fulfil(.success(()))
        #expect(try await first == .applied)
        #expect(try await second == .applied)
        #expect(updates == ["a", "b", "c"].map { "\($0).update 256" } + ["a", "b", "c"].map { "\($0).update 512" })
        _ = try await containerizer.end(config.id)
    }

    @Test func aContainerThatIsDestroyedMeanwhileIsCleanedUpAfterTheUpdate() async throws {
        let gate = Once<Void>()
        household.isolators[0].set("update", .waits(for: gate), times: 1)
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        async let update = containerizer.update(config.id, to: Self.wish(256))
        try await household.awaitCall("a.update 256 one")
        async let end = containerizer.end(config.id)
        try await eventually("destroying", within: .seconds(30)) {
            await containerizer.list().first?.life.state.name == "destroying" ? true : nil
        }
        #expect(household.journal.count("c.cleanup one") == 0)
        gate.fulfil(.success(()))
        guard case .refused(let error) = try await update else { return #expect(Bool(false), "refused") }
        #expect(error.reason == .notRunning)
        #expect(try await end.termination.outcome == .destroyed)
        let calls = household.journal.of("one")
        #expect(
            calls.lastIndex { $0.contains(".update") } ?? .max < calls.firstIndex { $0.contains(".cleanup") } ?? .min)
    }
}

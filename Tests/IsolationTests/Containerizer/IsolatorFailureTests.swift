import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct IsolatorFailureTests {
    let household = FakeHousehold()
    static let own = BulkheadError(.diskFull, "disk of one", "no space", remedy: "make some")

    @Test(arguments: ["prepare", "isolate"], [0, 1, 2])
    func oneThatThrowsEndsTheLaunch(_ hook: String, _ number: Int) async throws {
        household.isolators[number].set(hook, .fails(StrangeError("broken")))
        let report = try await household.containerizer().run(FakeHousehold.config("one"))
        let error = try #require(report.termination.outcome.error)
        #expect(error.reason == .isolatorFailed && error.detail == "broken")
        #expect(error.subject == "isolator \(FakeHousehold.name(number)), \(hook)")
        guard case .launchFailed = report.termination.outcome else { return #expect(Bool(false), "\(report)") }
        #expect(household.journal.count("launcher.execute one") == 0)
        household.expectCleanedUp("one")
    }

    @Test(arguments: ["prepare", "isolate", "watch"])
    func itsOwnNamedErrorsPass(_ hook: String) async throws {
        household.isolators[1].set(hook, .fails(Self.own))
        let report = try await household.containerizer().run(FakeHousehold.config("one"))
        #expect(report.termination.outcome.error?.reason == .diskFull)
        household.expectCleanedUp("one")
    }

    private func shorten(_ hook: String) {
        if hook == "prepare" {
            household.shorten(.prepare)
        } else {
            household.shorten(.lease, .port, .hostKey, .login, .cloudInit, .copy)
        }
    }

    @Test(arguments: ["prepare", "isolate"])
    func oneThatHangsIsNamed(_ hook: String) async throws {
        shorten(hook)
        household.isolators[1].set(hook, .hangs)
        let report = try await household.containerizer().run(FakeHousehold.config("one"))
        let error = try #require(report.termination.outcome.error)
        #expect(error.reason == .isolatorHangs && error.subject == "isolator b, \(hook)")
        household.expectCleanedUp("one")
    }

    /// Deaf ones are never cleaned up beside; those who wait are told, and once they end, all is undone.
    @Test(arguments: ["prepare", "isolate"])
    func oneThatHangsAndIgnoresCancellationIsNamed(_ hook: String) async throws {
        shorten(hook)
        let gate = Once<Void>()
        household.isolators[1].set(hook, .hangsDeaf(until: gate))
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one")
        let report = try await containerizer.run(config)
        #expect(report.termination.outcome.reason == .isolatorHangs)
        #expect(report.cleanUpFailure?.subject == "isolator b, \(hook)")
        #expect(
            try await containerizer.end(config.id).cleanUpFailure?.reason == .isolatorHangs, "nor does a destroy hang")
        #expect(household.journal.count("b.cleanup one") == 0 && household.journal.count("a.cleanup one") == 0)
        gate.fulfil(.success(()))
        try await containerizer.awaitGone(config.id)
        household.expectCleanedUp("one")
        let last = try await containerizer.report(config.id)
        #expect(last.termination.outcome.reason == .isolatorHangs && last.cleanUpFailure == nil)
    }

    @Test(arguments: ["prepare", "isolate"])
    func aPlanThatLacksWhatOthersPutThereIsRefused(_ hook: String) async throws {
        household.isolators[1].set(hook, .nonsense)
        let report = try await household.containerizer().run(FakeHousehold.config("one"))
        let error = try #require(report.termination.outcome.error)
        #expect(error.reason == .isolatorFailed && error.subject == "isolator b, \(hook)")
        #expect(error.detail.contains("boot") && error.detail.contains("variable a"))
        household.expectCleanedUp("one")
    }

    /// It claims to be cancelled though nobody cancels it.
    @Test(arguments: ["prepare", "isolate", "watch"])
    func aFalseCancellationIsAFailure(_ hook: String) async throws {
        household.isolators[1].set(hook, .fails(CancellationError()))
        let report = try await household.containerizer().run(FakeHousehold.config("one"))
        #expect(report.termination.outcome.reason == .isolatorFailed)
        household.expectCleanedUp("one")
    }

    @Test func aWatchThatThrowsEndsTheContainer() async throws {
        household.isolators[1].set("watch", .fails(StrangeError("blind")))
        let report = try await household.containerizer().run(FakeHousehold.config("one"))
        guard case .hostFailed(let error) = report.termination.outcome else {
            return #expect(Bool(false), "\(report.termination)")
        }
        #expect(error.reason == .isolatorFailed && error.subject == "isolator b, watch" && error.detail == "blind")
        household.expectCleanedUp("one")
    }

    @Test func aLimitWithoutEvidenceNamesItsIsolator() async throws {
        household.isolators[1].set("watch", .nonsense)
        let report = try await household.containerizer().run(FakeHousehold.config("one"))
        guard case .limitReached(let why) = report.termination.outcome else {
            return #expect(Bool(false), "\(report.termination)")
        }
        #expect(why.contains("isolator b"))
    }

    @Test func aWatchDeafToCancellationHoldsNobodyUp() async throws {
        let gate = Once<Void>()
        household.isolators[0].set("watch", .hangsDeaf(until: gate))
        let report = try await household.containerizer().run(
            FakeHousehold.config("one", ContractCommands.fake.exitsWith7))
        #expect(report.termination.outcome == .exited(7))
        household.expectCleanedUp("one")
        gate.fulfil(.success(()))
    }

    @Test(arguments: [Behaviour.fails(StrangeError("no idea")), .hangs, .nonsense])
    func usageAndStatusDropTheirPartAlone(_ behaviour: Behaviour) async throws {
        household.shorten()
        for hook in ["usage", "status"] { household.isolators[1].set(hook, behaviour) }
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        let usage = try await soon("usage") { try await containerizer.usage() }
        #expect(Array(usage.keys) == [config.id])
        #expect(usage[config.id]?.memoryLimitBytes == 7 && usage[config.id]?.cpusUserSeconds == nil)
        #expect(usage[config.id]?.timestamp != nil)
        let status = try await soon("status") { try await containerizer.status(of: config.id) }
        #expect(status.state == "running", "an isolator has no say in it")
        #expect(status.notes["c"] == "fine")
        _ = try await containerizer.end(config.id)
    }

    @Test(arguments: [Behaviour.fails(StrangeError("lost")), .hangs, .nonsense])
    func oneThatCannotRecoverEndsItsContainer(_ behaviour: Behaviour) async throws {
        let config = try await household.running(in: household.containerizer())
        household.shorten()
        household.isolators[1].set("recover", behaviour)
        let containerizer = try household.restarted()
        let actions = try await soon("recover") { try await containerizer.recover() }
        #expect(actions == [.follow(config.id)])
        let report = try await containerizer.report(config.id)
        let error = try #require(report.termination.outcome.error)
        #expect(error.subject == "isolator b, recover")
        #expect(error.reason == (behaviour.isHang ? .isolatorHangs : .isolatorFailed))
        try await containerizer.awaitGone(config.id)
        #expect(household.host.all.isEmpty && household.journal.count("c.cleanup one") == 1)
    }
}

extension Behaviour {
    var isHang: Bool { if case .hangs = self { true } else { false } }
}

import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct DestroyTests {
    let household = FakeHousehold()

    /// Where a launch may stand when the destroy comes.
    static let steps = [
        ("provisioner", "provision"), ("a", "prepare"), ("b", "prepare"), ("c", "prepare"), ("launcher", "start"),
        ("a", "isolate"), ("b", "isolate"), ("c", "isolate"), ("launcher", "execute"), ("launcher", "follow"),
    ]

    /// The step heeds cancellation, or does not and ends a moment later.
    @Test(arguments: steps, [true, false])
    func inEachStep(_ step: (owner: String, call: String), heeds: Bool) async throws {
        let gate = Once<Void>()
        household.script(step.owner).set(step.call, heeds ? .hangs : .hangsDeaf(until: gate))
        let containerizer = try household.containerizer()
        let config = try FakeHousehold.config("one")
        let launch = Task { try await containerizer.launch(config) }
        let isRunning = step.call == "follow"
        try await household.awaitCall("\(isRunning ? "launcher.execute" : step.owner + "." + step.call) one")
        if isRunning { try await soon("launch") { try await launch.value } }
        let end = Task { try await containerizer.end(config.id) }
        // A command that is followed is left behind; all else is waited for.
        if !heeds, step.call != "execute", !isRunning {
            try await eventually("destroying", within: .seconds(30)) {
                await containerizer.list().first?.life.isCancelled == true ? true : nil
            }
            #expect(household.journal.of("one").allSatisfy { !$0.hasSuffix("cleanup") })
            gate.fulfil(.success(()))
        }
        let report = try await soon("end") { try await end.value }
        try await soon("launch returns") { try await launch.value }
        gate.fulfil(.success(()))
        #expect(report.termination.outcome == .destroyed && report.cleanUpFailure == nil)
        household.expectCleanedUp("one")
        #expect(household.journal.count("launcher.start one") <= 1)
        #expect(try await containerizer.end(config.id).termination.outcome == .destroyed, "a second one finds the same")
    }

    @Test func fromManyTasksAtOnce() async throws {
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        let outcomes = try await withThrowingTaskGroup(of: Termination.self) { group in
            for number in 0..<50 {
                let reason = Termination(.limitReached("\(number)"))
                group.addTask {
                    try await soon("end") { try await containerizer.destroy(config.id, because: reason) }.termination
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(outcomes.count == 1, "the first reason wins for all: \(outcomes)")
        #expect(household.journal.count("launcher.stop one") == 1)
        household.expectCleanedUp("one")
    }

    @Test func ofUnknownOnesIsAnError() async throws {
        let containerizer = try household.containerizer()
        let id = try ContainerID("nobody")
        let error = await #expect(throws: BulkheadError.self) { try await containerizer.destroy(id) }
        #expect(error?.reason == .unknownContainer && error?.subject.contains("nobody") == true)
        #expect(try await containerizer.wait(id) == nil)
        await containerizer.signal(15, to: id)
    }

    @Test(arguments: ["b.cleanup", "launcher.stop"], [true, false])
    func whatCameToAHaltIsFinishedByTheNext(_ call: String, hangs: Bool) async throws {
        if hangs { household.shorten(.cleanUp) }
        let parts = call.split(separator: ".").map(String.init)
        household.script(parts[0]).set(parts[1], hangs ? .hangs : .fails(StrangeError("stuck")), times: 1)
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        let first = try await containerizer.end(config.id)
        #expect(first.cleanUpFailure != nil, "\(first)")
        #expect(
            first.cleanUpFailure.map {
                "\($0)".contains(parts[0] == "b" ? "isolator b, cleanup" : hangs ? "launcher" : "stuck")
            } == true)
        #expect(await containerizer.list().first?.life.isHalted == true)
        let after = parts[0] == "b" ? 1 : 0
        #expect(household.journal.count("a.cleanup one") == after, "others are not held up, unless the machine may run")
        let second = try await containerizer.end(config.id)
        #expect(second.cleanUpFailure == nil && second.termination.outcome == .destroyed)
        #expect(household.journal.count("c.cleanup one") == 1 && household.journal.count("a.cleanup one") == 1)
        #expect(household.journal.count(call + " one") == 2)
        #expect(household.host.all.isEmpty)
    }

    @Test func allCleanUpsThatFailAreNamed() async throws {
        household.isolators[0].set("cleanup", .fails(StrangeError("a is stuck")), times: 1)
        household.isolators[2].set("cleanup", .fails(StrangeError("c is stuck")), times: 1)
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        let text = "\(try #require(try await containerizer.end(config.id).cleanUpFailure))"
        #expect(text.contains("a is stuck") && text.contains("c is stuck"))
        #expect(try await containerizer.end(config.id).cleanUpFailure == nil)
        #expect(household.journal.count("b.cleanup one") == 1 && household.journal.count("a.cleanup one") == 2)
    }

    @Test func aCleanUpThatHangsLeavesTimeForTheOthers() async throws {
        household.shorten(.cleanUp)
        let gate = Once<Void>()
        household.isolators[2].set("cleanup", .hangsDeaf(until: gate), times: 1)
        household.isolators[1].set("cleanup", .waits(for: gate), times: 1)
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        let end = Task { try await containerizer.end(config.id) }
        try await household.awaitCall("b.cleanup one")
        gate.fulfil(.success(()))
        let failure = try #require(try await end.value.cleanUpFailure)
        #expect(failure.subject == "container one" && failure.detail.contains("isolator c"))
        #expect(failure.evidence.allSatisfy { !$0.contains("isolator b") }, "\(failure)")
    }
}

import Isolation
import IsolationTestSupport
import Testing

/// Files that come out of a container before its command has ended.
@Suite(.timeLimit(.minutes(2))) struct FilesTests {
    let household = FakeHousehold()

    private func running(_ containerizer: Containerizer, gets: Bool = true) async throws -> ContainerID {
        var config = try FakeHousehold.config("one")
        if gets { config.gets = [Transfer(host: "/here", guest: "/sandbox")] }
        let asked = config
        try await soon("launch") { try await containerizer.launch(asked) }
        return config.id
    }

    private func index(_ call: String) throws -> Int {
        let calls = household.journal.of("one")
        return try #require(calls.firstIndex(of: call), "\(calls)")
    }

    @Test func callsAtTheSameTimeShareOneCopy() async throws {
        let gate = Once<Void>()
        household.launcher.set("bringOut", .waits(for: gate))
        let containerizer = try household.containerizer()
        let id = try await running(containerizer)
        let both = [Task { try await containerizer.bringOut(id) }, Task { try await containerizer.bringOut(id) }]
        try await household.awaitCall("launcher.bringOut one")
        try await Task.sleep(for: .milliseconds(50))
        gate.fulfil(.success(()))
        for copy in both { #expect(try await soon("copy") { try await copy.value }.map(\.count) == [1]) }
        #expect(household.journal.count("launcher.bringOut one") == 1)
        _ = try await soon("copy") { try await containerizer.bringOut(id) }
        #expect(household.journal.count("launcher.bringOut one") == 2)
        _ = try await containerizer.end(id)
    }

    @Test func onlyWhatRunsIsCopiedFrom() async throws {
        let containerizer = try household.containerizer()
        let nobody = await #expect(throws: BulkheadError.self) {
            try await containerizer.bringOut(try ContainerID("none"))
        }
        #expect(nobody?.reason == .unknownContainer)
        let id = try await running(containerizer, gets: false)
        #expect(try await containerizer.bringOut(id).isEmpty)
        _ = try await containerizer.end(id)
        let ended = await #expect(throws: BulkheadError.self) { try await containerizer.bringOut(id) }
        #expect(ended?.reason == .notRunning)
        #expect(household.journal.of("one").allSatisfy { !$0.contains("bringOut") })
    }

    @Test func whatIsDestroyedLeavesItsFilesBeforeItsMachineGoes() async throws {
        let containerizer = try household.containerizer()
        let id = try await running(containerizer)
        let termination = try await containerizer.end(id).termination
        #expect(termination.outcome == .destroyed && termination.flaws.isEmpty)
        #expect(termination.leftOut.map(\.count) == [1])
        #expect(try index("launcher.bringOut.last.ended") < index("launcher.stop"))
        household.expectCleanedUp("one")
    }

    @Test func aCopyUnderWayGivesWayToTheLast() async throws {
        household.launcher.set("bringOut", .hangs)
        let containerizer = try household.containerizer()
        let id = try await running(containerizer)
        let copy = Task { try await containerizer.bringOut(id) }
        try await household.awaitCall("launcher.bringOut one")
        _ = try await containerizer.end(id)
        await #expect(throws: CancellationError.self) { try await soon("copy") { try await copy.value } }
        #expect(try index("launcher.bringOut.ended") < index("launcher.bringOut.last"))
    }

    /// Its end is late by the patience and no more, and says so.
    @Test(arguments: [true, false]) func aGuestThatDoesNotAnswerIsNotWaitedFor(hangs: Bool) async throws {
        household.change { $0.lastCopyPatience = .milliseconds(100) }
        household.launcher.set("bringOut.last", hangs ? .hangs : .fails(StrangeError("no guest")))
        let containerizer = try household.containerizer()
        let id = try await running(containerizer)
        let report = try await containerizer.end(id)
        #expect(report.termination.outcome == .destroyed && report.cleanUpFailure == nil)
        let flaw = try #require(report.termination.flaws.first)
        #expect(flaw.reason == .copyFailed, "\(flaw)")
        #expect(flaw.detail.contains(hangs ? "did not come within" : "no guest"), "\(flaw)")
        household.expectCleanedUp("one")
        // Stored as well.
        #expect(try await containerizer.wait(id)?.termination.flaws.count == 1)
    }

    @Test func aCommandThatEndedByItselfHasBroughtThem() async throws {
        let containerizer = try household.containerizer()
        let id = try await running(containerizer)
        household.host.endCommand(of: try #require(household.host.all.first).id, .exited(0))
        #expect(try await containerizer.report(id).termination.outcome == .exited(0))
        #expect(household.journal.of("one").allSatisfy { !$0.contains("bringOut") })
    }

    @Test func whatAFormerProcessLaunchedLeavesThemAsWell() async throws {
        let id = try await running(try household.containerizer())
        let second = try household.restarted()
        _ = try await soon("recovery") { try await second.recover() }
        _ = try await second.end(id)
        #expect(household.journal.count("launcher.bringOut.last one") == 1)
    }
}

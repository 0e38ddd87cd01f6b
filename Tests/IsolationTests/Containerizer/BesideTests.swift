import Isolation
import IsolationTestSupport
import Synchronization
import TestSupport
import Testing

/// Commands beside a container's own.
@Suite(.timeLimit(.minutes(2))) struct BesideTests {
    let household = FakeHousehold()

    private func beside(_ word: String) -> (CommandBeside, Once<Void>) {
        let runs = Once<Void>()
        let streams = CommandStreams(
            input: nil, output: { _ in }, errors: { _ in }, signals: AsyncStream { $0.finish() })
        return (CommandBeside(TaskCommand(arguments: [word]), streams: streams) { runs.fulfil(.success(())) }, runs)
    }

    private func refusal(_ id: ContainerID, _ containerizer: Containerizer) async -> BulkheadError.Reason? {
        let command = beside("print").0
        return await #expect(throws: BulkheadError.self) { try await containerizer.runBeside(id, command) }?.reason
    }

    @Test func itRunsOnlyWhileTheContainersCommandDoes() async throws {
        let containerizer = try household.containerizer()
        #expect(await refusal(try ContainerID("none"), containerizer) == .unknownContainer)
        let config = try await household.running(in: containerizer)
        let command = beside("killed").0
        let end = try await soon("end") { try await containerizer.runBeside(config.id, command) }
        #expect(end.outcome == .signalled(9))
        _ = try await containerizer.end(config.id)
        #expect(await refusal(config.id, containerizer) == .notRunning)
    }

    @Test func itEndsBeforeTheContainerIsTakenAway() async throws {
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        let (command, runs) = beside("leave")
        let end = Task { try await containerizer.runBeside(config.id, command) }
        try await soon("command beside") { try await runs.value() }
        household.host.endCommand(of: try #require(household.host.all.first).id, .exited(0))
        #expect(try await containerizer.report(config.id).termination.outcome == .exited(0))
        #expect(try await soon("end") { try await end.value }.outcome == .destroyed)
        let calls = household.journal.of("one")
        let ended = try #require(calls.firstIndex(of: "launcher.runBeside.ended"), "\(calls)")
        #expect(ended < calls.firstIndex(of: "launcher.stop") ?? -1, "\(calls)")
        household.expectCleanedUp("one")
    }

    /// What does not heed its end keeps nobody from the container's.
    @Test func oneThatIsDeafIsLeftBehind() async throws {
        household.change { $0.hookBudget = .milliseconds(100) }
        let never = Once<Void>()
        defer { never.fulfil(.success(())) }
        household.launcher.set("runBeside", .hangsDeaf(until: never))
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        let command = beside("leave").0
        let end = Task { try await containerizer.runBeside(config.id, command) }
        try await household.awaitCall("launcher.runBeside one")
        #expect(try await containerizer.end(config.id).termination.outcome == .destroyed)
        household.expectCleanedUp("one")
        end.cancel()
    }

    @Test func aCallerThatGoesEndsIt() async throws {
        let containerizer = try household.containerizer()
        let config = try await household.running(in: containerizer)
        let (command, runs) = beside("leave")
        let end = Task { try await containerizer.runBeside(config.id, command) }
        try await soon("command beside") { try await runs.value() }
        end.cancel()
        await #expect(throws: CancellationError.self) { try await soon("end") { try await end.value } }
        #expect(household.journal.count("launcher.runBeside.ended one") == 1)
        #expect(await containerizer.list().map(\.life.state) == [.running])
        _ = try await containerizer.end(config.id)
    }
}

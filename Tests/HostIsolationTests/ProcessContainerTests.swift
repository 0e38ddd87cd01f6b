import Foundation
import HostIsolation
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

/// Process containers from launch to their end, by the containerizer.
@Suite struct ProcessContainerTests {
    private func containerizer(_ places: StateDirectory, _ disk: MemoryDisk) throws -> Containerizer {
        let store = MemoryStore(disk: disk)
        let capacity = HostCapacity(processors: 64, memory: .mebibytes(1 << 20), disk: .mebibytes(1 << 20))
        return try Containerizer(
            launcher: ProcessLauncher(places: places, owner: store.owner),
            isolators: [
                ProcessGroupsIsolator(), SandboxIsolator(name: "process/sandbox", interval: .milliseconds(50)),
                TimeIsolator(name: "process/time", grace: .milliseconds(500)),
            ],
            provisioner: FakeProvisioner(), store: store, places: places,
            options: .init(bootID: "a boot") { capacity })
    }

    private func config(_ script: String, limit: Duration? = nil) -> ContainerConfig {
        ContainerConfig(
            id: .random(),
            resources: Resources(cpus: CPUs(thousandths: 500), memory: .mebibytes(128), disk: .mebibytes(1)),
            command: TaskCommand(arguments: ["sh", "-c", script]), output: .sandbox, timeLimit: limit)
    }

    private func end(of config: ContainerConfig) async throws -> ContainerReport {
        let (directory, places) = try temporaryPlaces()
        let containerizer = try containerizer(places, MemoryDisk())
        try await containerizer.launch(config)
        let late = BulkheadError(.launcherFailed, "test", "it took too long", remedy: "")
        let report = try await within(.seconds(30), otherwise: { late }) { try await containerizer.wait(config.id) }
        try expectNothingLeft(directory, places)
        return try #require(report)
    }

    /// Its supervisor's end is no end of its own: the command's counts.
    @Test(arguments: [Int32(0), 7])
    func theCommandsEndIsTheContainers(status: Int32) async throws {
        let report = try await end(of: config("exit \(status)"))
        #expect(report.termination.outcome == .exited(status))
        #expect(report.cleanUpFailure == nil)
    }

    @Test func theTimeLimitEndsACommandThatIgnoresItsSignal() async throws {
        let report = try await end(of: config("trap '' TERM; while :; do sleep 0.1; done", limit: .seconds(1)))
        #expect(report.termination.outcome == .timeLimit)
        #expect(report.cleanUpFailure == nil)
    }

    @Test func aCommandThatFillsItsSandboxIsEnded() async throws {
        let report = try await end(of: config("head -c 120000000 /dev/zero >full; sleep 3600"))
        #expect(report.termination.outcome == .outOfDisk(nil))
        #expect(report.termination.evidence.first?.contains("/sandbox holds") == true)
    }

    /// A container that an earlier process launched is followed to its true end.
    @Test func aRestartedContainerizerFollows() async throws {
        let (directory, places) = try temporaryPlaces()
        let disk = MemoryDisk()
        let config = config("trap 'echo heard; exit 5' USR1; echo up; while :; do sleep 0.05; done")
        try await leaveRunning(config, places, disk)
        let second = try containerizer(places, disk)
        #expect(try await second.recover() == [.follow(config.id)])
        await second.signal(10, to: config.id)
        let late = BulkheadError(.launcherFailed, "test", "it took too long", remedy: "")
        let report = try await within(.seconds(30), otherwise: { late }) { try await second.wait(config.id) }
        #expect(report?.termination.outcome == .exited(5))
        let log = FileManager.default.contents(atPath: places.sandbox(config.id) + "/stdout")
        #expect(String(decoding: log ?? Data(), as: UTF8.self) == "up\nheard\n")
        try expectNothingLeft(directory, places)
    }

    /// Does what a process did that was killed while its command ran, and stops to look after it.
    private func leaveRunning(_ config: ContainerConfig, _ places: StateDirectory, _ disk: MemoryDisk) async throws {
        var life = ContainerLife(isolators: 2)
        var action = life.launch()
        while case .perform(let step) = action, step != .execute { action = life.succeeded(step) }
        let isRunning = life.commandRuns()
        #expect(isRunning)
        let record = ContainerRecord(
            config, launcher: "process", machine: UUID(), created: 0, bootID: "a boot", life: life)
        let store = MemoryStore(disk: disk)
        try store.add(record)
        let here = ContainerContext(
            record: record, clock: StageClock(budgets: LaunchBudgets()) { _ in },
            directory: places.container(config.id), sandbox: places.sandbox(config.id))
        for directory in [here.directory, places.sandbox(config.id)] { try places.make(directory, mode: 0o711) }
        let (launcher, runs) = (ProcessLauncher(places: places, owner: store.owner), Once<Void>())
        try await launcher.start(here, LaunchPlan())
        let following = Task {
            let execution = Execution(streams: nil, isResumed: false) { runs.fulfil(.success(())) }
            return try await launcher.execute(here, LaunchPlan(), execution)
        }
        let log = places.sandbox(config.id) + "/stdout"
        try await eventually("its first words", within: .seconds(20)) {
            FileManager.default.contents(atPath: log) == Data("up\n".utf8) ? true : nil
        }
        following.cancel()
        _ = await following.result
    }
}

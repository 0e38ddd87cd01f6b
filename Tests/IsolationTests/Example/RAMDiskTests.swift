import Foundation
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

/// The worked example of docs/isolators/writing-one.md, over the fakes that a stranger would use as well.
@Suite(.timeLimit(.minutes(1))) struct RAMDiskTests {
    let household = FakeHousehold(isolators: 0)
    var root: String { household.directory.path + "/shm" }

    private func containerizer() throws -> Containerizer {
        try Containerizer(
            launcher: FakeLauncher(host: household.host), isolators: [RAMDisk(root: root, interval: .milliseconds(10))],
            provisioner: FakeProvisioner(), store: MemoryStore(disk: household.disk), places: household.places(),
            options: household.options)
    }

    /// A file without blocks, which is as large all the same.
    private func fill(_ bytes: UInt64) throws {
        #expect(FileManager.default.createFile(atPath: root + "/one/file", contents: nil))
        let file = try #require(FileHandle(forWritingAtPath: root + "/one/file"))
        try file.truncate(atOffset: bytes)
        try file.close()
    }

    @Test func itIsThereAsLongAsTheContainer() async throws {
        let containerizer = try containerizer()
        let config = try await household.running(in: containerizer)
        try fill(5000)
        let usage = try await containerizer.usage(of: config.id)
        #expect(usage.diskUsedBytes == 5000 && usage.diskLimitBytes == 64 << 20)
        #expect(try await containerizer.status(of: config.id).notes["example/ramdisk"] == root + "/one")
        let report = try await containerizer.end(config.id)
        #expect(report.plan.environment == [TaskCommand.Variable(name: "FAST_SCRATCH", value: root + "/one")])
        #expect(try FileManager.default.contentsOfDirectory(atPath: root).isEmpty)
    }

    @Test func whoWritesTooMuchIsEnded() async throws {
        let containerizer = try containerizer()
        let config = try await household.running(in: containerizer)
        try fill(65 << 20)
        let report = try await containerizer.report(config.id)
        #expect(report.termination.outcome == .outOfDisk(nil))
        #expect(report.termination.evidence.first?.contains(root + "/one holds") == true)
        #expect(!FileManager.default.fileExists(atPath: root + "/one"))
    }

    @Test func anUpdateMovesTheLimitUnlessMoreIsUsed() async throws {
        let containerizer = try containerizer()
        let config = try await household.running(in: containerizer)
        try fill(2 << 20)
        var wish = FakeHousehold.resources
        wish.disk = .mebibytes(3)
        #expect(try await containerizer.update(config.id, to: wish) == .applied)
        #expect(try await containerizer.usage(of: config.id).diskLimitBytes == 3 << 20)
        wish.disk = .mebibytes(1)
        guard case .refused(let error) = try await containerizer.update(config.id, to: wish) else {
            return #expect(Bool(false), "refused")
        }
        #expect(error.reason == .badResource)
        #expect(try await containerizer.usage(of: config.id).diskLimitBytes == 3 << 20)
        try fill(4 << 20)
        #expect(try await containerizer.report(config.id).termination.outcome == .outOfDisk(nil), "the new limit holds")
    }

    @Test func aRestartFindsItAgain() async throws {
        let first = FakeProcess()
        let former = try Containerizer(
            launcher: FakeLauncher(host: household.host, process: first), isolators: [RAMDisk(root: root)],
            provisioner: FakeProvisioner(), store: MemoryStore(disk: household.disk, process: first),
            places: household.places(), options: household.options)
        let config = try await household.running(in: former)
        try fill(100)
        first.dies()
        household.disk.freeClaims()
        let containerizer = try containerizer()
        _ = try await soon("recover") { try await containerizer.recover() }
        #expect(FileManager.default.fileExists(atPath: root + "/one/file"), "what the command wrote is kept")
        #expect(try await containerizer.end(config.id).plan.environment.map(\.name) == ["FAST_SCRATCH"])
        #expect(!FileManager.default.fileExists(atPath: root + "/one"))
    }

    @Test func cleaningUpWhatNeverWasOrIsGoneIsFine() async throws {
        let isolator = RAMDisk(root: root)
        let record = ContainerRecord(
            try FakeHousehold.config("one"), machine: UUID(), created: 1, bootID: "boot",
            life: ContainerLife(isolators: 1))
        let context = ContainerContext(
            record: record, clock: StageClock(budgets: LaunchBudgets()) { _ in }, directory: root, sandbox: nil)
        try await isolator.cleanup(context)
        _ = try await isolator.prepare(context, LaunchPlan())
        try await isolator.cleanup(context)
        try await isolator.cleanup(context)
        await #expect(throws: BulkheadError.self) { try await isolator.recover(context, LaunchPlan()) }
    }
}

@Suite struct WritingOneTests {
    private func blocks() throws -> [String] {
        let page = try String(contentsOfFile: Repository.path + "/docs/isolators/writing-one.md", encoding: .utf8)
        return page.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
    }

    @Test func thePagesExampleIsTheOneThatIsTested() throws {
        let file = try String(
            contentsOfFile: Repository.path + "/Tests/IsolationTests/Example/RAMDisk.swift", encoding: .utf8)
        #expect(try blocks().contains(file))
    }

    @Test(arguments: ["prepare", "isolate", "watch", "update", "usage", "status", "cleanup", "recover"])
    func everyHookIsExplained(_ hook: String) throws {
        let page = try String(contentsOfFile: Repository.path + "/docs/isolators/writing-one.md", encoding: .utf8)
        #expect(page.contains("| `\(hook)` |"))
    }
}

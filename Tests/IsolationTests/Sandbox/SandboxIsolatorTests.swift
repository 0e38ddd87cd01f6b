import Foundation
import Glibc
import Isolation
import TestSupport
import Testing

@Suite struct SandboxIsolatorTests {
    private static let logs = LogLimits().total.bytes * 3
    private let directory = TemporaryDirectory()
    private let isolator = SandboxIsolator(name: "process/sandbox", interval: .milliseconds(20))

    private func container(disk: Memory, hasSandbox: Bool = true) throws -> ContainerContext {
        let resources = Resources(cpus: CPUs(thousandths: 1000), memory: .mebibytes(128), disk: disk)
        let config = ContainerConfig(
            id: try ContainerID("full"), resources: resources, command: TaskCommand(arguments: ["true"]))
        let record = ContainerRecord(
            config, machine: UUID(), created: 0, bootID: "a boot", life: ContainerLife(isolators: 0))
        let sandbox = hasSandbox ? directory.path + "/out" : nil
        if let sandbox { _ = try Sandbox(sandbox) }
        return ContainerContext(
            record: record, clock: StageClock(budgets: LaunchBudgets()) { _ in }, directory: directory.path,
            sandbox: sandbox)
    }

    /// Takes the space without writing it.
    private func fill(_ container: ContainerContext, _ bytes: UInt64) throws {
        let file = open(container.ownSandbox + "/task", O_RDWR | O_CREAT, 0o600)
        try #require(posix_fallocate(file, 0, off_t(bytes)) == 0)
        close(file)
    }

    private func watch(_ container: ContainerContext, within limit: Duration = .seconds(30)) async throws -> Limitation? {
        let late = BulkheadError(.isolatorHangs, "test", "it waits", remedy: "")
        return try await Isolation.within(limit, otherwise: { late }) { try await isolator.watch(container) }
    }

    @Test(arguments: [true, false])
    func whatGrowsTooLargeIsTold(hasSandbox: Bool) async throws {
        let container = try container(disk: .mebibytes(2), hasSandbox: hasSandbox)
        async let limitation = watch(container)
        try await Task.sleep(for: .milliseconds(100))
        if !hasSandbox { _ = try Sandbox(container.ownSandbox) }
        try fill(container, Self.logs + 3 << 20)
        #expect(try await limitation?.limit == .disk)
    }

    @Test func anUpdateGivesMoreAndLess() async throws {
        let container = try container(disk: .mebibytes(2))
        var more = container.config.resources
        more.disk = .mebibytes(8)
        #expect(try await isolator.update(container, to: more) == .applied)
        try fill(container, Self.logs + 3 << 20)
        await #expect(throws: BulkheadError.self) { try await watch(container, within: .milliseconds(300)) }
        _ = try await isolator.update(container, to: container.config.resources)
        #expect(try await watch(container)?.limit == .disk)
        // The next container of this name begins anew.
        _ = try await isolator.update(container, to: more)
        try await isolator.cleanup(container)
        #expect(try await watch(container)?.limit == .disk)
    }

    @Test func whatCannotBeCountedIsTooMuch() async throws {
        let container = try container(disk: .mebibytes(2))
        let path = container.ownSandbox + String(repeating: "/d", count: 70)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        #expect(try await watch(container)?.limit == .disk)
    }

    @Test func aSandboxThatWasRemovedIsAnError() async throws {
        let container = try container(disk: .mebibytes(2))
        let end = Task { try await watch(container) }
        try await Task.sleep(for: .milliseconds(50))
        try FileManager.default.removeItem(atPath: container.ownSandbox)
        let error = await #expect(throws: BulkheadError.self) { try await end.value }
        #expect(error?.reason == .stateUnusable)
    }

    @Test func usageTellsWhatIsThere() async throws {
        let container = try container(disk: .mebibytes(2))
        try fill(container, 1 << 20)
        let usage = try #require(try await isolator.usage([container], [:])[container.id])
        let used = try #require(usage.sandboxUsedBytes)
        #expect(used >= 1 << 20 && used < 2 << 20)
        #expect(usage.diskUsedBytes == used && usage.diskLimitBytes == 2 << 20)
        // A machine's disks are another isolator's to count, and its logs bound themselves.
        let machine = SandboxIsolator(name: "vm/sandbox", interval: nil)
        let other = try await machine.usage([container], [:])[container.id]
        #expect(other?.sandboxUsedBytes == used && other?.diskUsedBytes == nil)
        #expect(try await machine.watch(container) == nil)
    }
}

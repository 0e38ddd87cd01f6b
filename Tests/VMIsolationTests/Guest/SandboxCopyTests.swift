import Foundation
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@testable import VMIsolation

/// How copies of a guest's sandbox take each other's place.
@Suite struct SandboxCopyTests {
    private let directory = TemporaryDirectory()
    private var files: String { directory.path + "/files" }

    private func bring(_ name: String, failing error: BulkheadError? = nil) async throws -> [LeftOut] {
        var config = try FakeHousehold.config("one")
        config.gets = [Transfer(host: files, guest: "/sandbox")]
        let record = ContainerRecord(
            config, machine: UUID(), created: 7, bootID: "", life: ContainerLife(isolators: 0))
        let here = ContainerContext(
            record: record, clock: StageClock(budgets: LaunchBudgets()) { _ in }, directory: "/nowhere", sandbox: nil)
        return try await SandboxCopy(of: here).bring(over: Channel(name: name, error: error))
    }

    private func names(_ path: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? []
    }

    private let broken = BulkheadError(.copyFailed, "archive", "broken", remedy: "none")

    @Test func theNewerTakesTheOldersPlaceWhole() async throws {
        #expect(try await bring("old").map(\.count) == [1])
        // What a process left that died in the midst of it.
        try FileManager.default.createDirectory(atPath: files + ".new/half", withIntermediateDirectories: true)
        _ = try await bring("new")
        #expect(names(files) == ["new"] && names(directory.path) == ["files"])
    }

    @Test func oneThatFailsLeavesTheOlder() async throws {
        _ = try await bring("old")
        await #expect(throws: BulkheadError.self) { try await bring("part", failing: broken) }
        #expect(names(files) == ["old"] && names(directory.path) == ["files"])
    }

    @Test func aPartIsBetterThanNothing() async throws {
        await #expect(throws: BulkheadError.self) { try await bring("part", failing: broken) }
        #expect(names(files) == ["part"] && names(directory.path) == ["files"])
    }

    /// Writes one file, and fails then where it is to.
    private struct Channel: GuestChannel {
        let name: String
        let error: BulkheadError?

        func collect(_ transfer: Transfer, upTo size: Memory, without names: [String]) async throws -> LeftOut {
            #expect(size == FakeHousehold.resources.disk && names == [".bulkhead", "lost+found"])
            try FileManager.default.createDirectory(atPath: transfer.host, withIntermediateDirectories: false)
            try Data([1]).write(to: URL(fileURLWithPath: transfer.host + "/" + name))
            if let error { throw error }
            return LeftOut(guest: transfer.guest, count: 1, notes: [])
        }

        func write(_ bytes: [UInt8], to path: String, mode: UInt16) async throws {}
        func output(of command: String, limit: Int, within time: Duration) async throws -> [UInt8] { [] }
        func run(_ command: String, streams: CommandStreams, terminal: TerminalRequest?) async throws -> Int32? { nil }
        func put(_ transfer: Transfer) async throws {}
        func get(_ transfer: Transfer) async throws -> LeftOut { throw CancellationError() }
    }
}

import Foundation
import GRDB
import Glibc
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

/// Several processes use one ledger.
@Suite struct LedgerSharingTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path + "/ledger.sqlite" }

    @Test func aLockThatOutlastsThePatienceIsNamed() throws {
        let ledger = try Ledger(path: path, timeout: .milliseconds(200))
        try DatabaseQueue(path: path).writeWithoutTransaction { holder in
            try holder.execute(sql: "BEGIN IMMEDIATE")
            let begin = ContinuousClock.now
            let error = #expect(throws: BulkheadError.self) { try ledger.add(SampleRecord.make("a")) }
            #expect(error?.reason == .stateUnusable && error?.detail.contains("another process") == true)
            #expect((.milliseconds(150) ... .seconds(5)).contains(ContinuousClock.now - begin))
            // Who only reads waits for nobody.
            #expect(try ledger.records().isEmpty)
            try holder.execute(sql: "COMMIT")
        }
        try ledger.add(SampleRecord.make("a"))
    }

    @Test func anOpenerThatHangsIsNamed() throws {
        let turn = try #require(try FileLock.take(path + ".turn"))
        let error = #expect(throws: BulkheadError.self) { try Ledger(path: path, timeout: .milliseconds(100)) }
        #expect(error?.reason == .stateUnusable && error?.subject.contains(".turn") == true)
        #expect(!FileManager.default.fileExists(atPath: path))
        withExtendedLifetime(turn) {}
    }

    /// Processes open a new ledger, and each adds containers, at the same time.
    @Test func processesSideBySideLoseNothing() async throws {
        let path = path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for process in 0..<4 {
                group.addTask {
                    await #expect(processExitsWith: .success) { [path = path as String, process = process as Int] in
                        let ledger = try Ledger(path: path)
                        for number in 0..<25 { try ledger.add(SampleRecord.make("p\(process)-\(number)")) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try Set(Ledger(path: path).records().map(\.id)).count == 100)
    }

    /// Killed at any moment: what was said to be stored is there, and the ledger can be used.
    @Test func killedProcessesLoseNothing() async throws {
        for round in 0..<6 {
            let (path, delay) = (path, UInt32(2000 + round * 4000))
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, delay = delay as UInt32, round = round as Int] in
                let ledger = try Ledger(path: path)
                Thread.detachNewThread {
                    usleep(delay)
                    kill(getpid(), SIGKILL)
                }
                for number in 0..<Int.max {
                    try ledger.add(SampleRecord.make("r\(round)-\(number)"))
                    _ = FileManager.default.createFile(atPath: path + ".r\(round)-\(number)", contents: nil)
                }
            }
        }
        let said = try FileManager.default.contentsOfDirectory(atPath: directory.path).compactMap { name in
            name.hasPrefix("ledger.sqlite.r") ? String(name.dropFirst("ledger.sqlite.".count)) : nil
        }
        let ledger = try Ledger(path: path)
        let stored = Set(try ledger.records().map(\.id.description))
        #expect(Set(said).subtracting(stored).isEmpty, "lost")
        // Each killed process may have stored one more than it came to say.
        #expect(stored.count <= said.count + 6 && said.count > 0)
        #expect(try ledger.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
    }
}

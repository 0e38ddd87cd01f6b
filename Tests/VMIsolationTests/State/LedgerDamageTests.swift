import Foundation
import GRDB
import Glibc
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

/// Ledgers that cannot be used: each is named, and no byte of it is changed.
@Suite struct LedgerDamageTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path + "/ledger.sqlite" }

    private func content() -> Data? { FileManager.default.contents(atPath: path) }

    /// Closed, so that everything is in the one file.
    private func makeLedger(_ count: Int = 200) throws {
        let ledger = try Ledger(path: path)
        for number in 0..<count { try ledger.add(SampleRecord.make("c\(number)")) }
    }

    /// - Returns: the error of opening, or of the first call that comes upon the damage.
    private func failure(_ timeout: Duration = .seconds(15)) throws -> BulkheadError {
        try #require(
            throws: BulkheadError.self,
            performing: {
                let ledger = try Ledger(path: path, timeout: timeout)
                _ = try ledger.records()
                try ledger.add(SampleRecord.make("new"))
            })
    }

    @Test func aCorruptFileIsNamedAndLeftAlone() throws {
        let bytes = Data("this is no database, and it is long enough to be read as one".utf8)
        try bytes.write(to: URL(filePath: path))
        #expect(try failure().reason == .stateUnusable)
        #expect(content() == bytes)
    }

    /// Cut off, or with garbage in every page but the first.
    @Test(arguments: ["cut", "garbage", "header"]) func aDamagedFileIsNamedAndLeftAlone(_ how: String) throws {
        try makeLedger()
        var bytes = try #require(content())
        switch how {
        case "cut": bytes.removeLast(bytes.count / 2)
        case "garbage": for place in 4096..<bytes.count { bytes[place] = UInt8(truncatingIfNeeded: place &* 37) }
        default: bytes.replaceSubrange(0..<16, with: Data(count: 16))
        }
        try bytes.write(to: URL(filePath: path))
        let error = try failure()
        #expect(error.reason == .stateUnusable && error.remedy.contains("never overwritten"))
        #expect(content() == bytes)
    }

    /// Whatever journal mode the newer version chose.
    @Test(arguments: ["DELETE", "WAL"]) func aNewerLedgerIsNamedAndLeftAlone(_ mode: String) throws {
        try makeLedger(3)
        let database = try DatabaseQueue(path: path)
        try database.writeWithoutTransaction { database in
            try database.execute(sql: "INSERT INTO grdb_migrations VALUES ('from the future')")
            try database.execute(sql: "PRAGMA journal_mode = \(mode)")
        }
        try database.close()
        let bytes = content()
        let error = try failure()
        #expect(error.reason == .stateUnusable && error.detail.contains("newer"))
        #expect(content() == bytes)
    }

    @Test func anotherOnesDatabaseIsNamed() throws {
        let database = try DatabaseQueue(path: path)
        try database.write { try $0.execute(sql: "CREATE TABLE container (id TEXT)") }
        try database.close()
        #expect(try failure().reason == .stateUnusable)
        #expect(try DatabaseQueue(path: path).read { try $0.columns(in: "container").map(\.name) } == ["id"])
    }

    @Test func aDirectoryInItsPlaceIsNamed() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(try failure().reason == .stateUnusable)
    }

    @Test func aMissingDirectoryIsNamed() throws {
        let error = #expect(throws: BulkheadError.self) { try Ledger(path: directory.path + "/none/ledger.sqlite") }
        #expect(error?.reason == .stateUnusable)
    }

    @Test(.enabled(if: PrivateMounts.isAvailable, "takes the right to mount"))
    func aReadOnlyDirectoryIsNamed() throws {
        try makeLedger(3)
        let bytes = content()
        try PrivateMounts.withReadOnly(directory.path) {
            let error = try failure()
            #expect(error.reason == .stateUnusable)
        }
        #expect(content() == bytes)
    }

    @Test(.enabled(if: PrivateMounts.isAvailable, "takes the right to mount")) func aReadOnlyFileIsNamed() throws {
        try makeLedger(3)
        let bytes = content()
        try PrivateMounts.withReadOnly(path) {
            let error = try failure()
            #expect(error.reason == .stateUnusable)
        }
        #expect(content() == bytes)
    }

    /// What was stored before the disk was full is there, and the call that failed left nothing.
    @Test(.enabled(if: PrivateMounts.isAvailable, "takes the right to mount")) func aFullDiskIsNamed() throws {
        let (place, path) = (directory.path, path)
        try PrivateMounts.withDisk(at: place, options: "size=512k") {
            let ledger = try Ledger(path: path)
            var stored: [ContainerRecord] = []
            let error = try #require(
                throws: BulkheadError.self,
                performing: {
                    for number in 0..<10_000 {
                        let record = try SampleRecord.make("c\(number)", created: number)
                        try ledger.add(record)
                        stored.append(record)
                    }
                })
            #expect(error.reason == .diskFull)
            #expect(stored.count > 20)
            #expect(try ledger.records() == stored)
        }
    }

    @Test(.enabled(if: PrivateMounts.isAvailable, "takes the right to mount")) func openingOnAFullDiskIsNamed() throws {
        let (place, path) = (directory.path, path)
        try PrivateMounts.withDisk(at: place, options: "size=64k") {
            #expect(throws: (any Error).self) {
                try Data(count: 1 << 20).write(to: URL(filePath: place + "/filler"))
            }
            let error = #expect(throws: BulkheadError.self) { try Ledger(path: path) }
            #expect(error?.reason == .diskFull)
        }
    }
}

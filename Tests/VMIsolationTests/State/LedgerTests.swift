import GRDB
import Foundation
import GRDB
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct LedgerTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path + "/ledger.sqlite" }

    private func row(_ name: String) -> Ledger.Container {
        Ledger.Container(
            id: name, uuid: UUID().uuidString, connection: "qemu:///system", created: 1, image: "default", kept: false,
            network: "n", mac: "", address: nil)
    }

    private func pool(_ count: Int) -> [Reservation] {
        (0..<count).map { Reservation(mac: "52:54:00:00:00:\($0)", address: "10.1.1.\($0)") }
    }

    @Test func theOwnerStaysTheSame() throws {
        let owner = try Ledger(path: path).owner
        #expect(try Ledger(path: path).owner == owner)
        #expect(try Ledger(path: directory.path + "/other.sqlite").owner != owner)
    }

    @Test func aNameIsTakenOnce() throws {
        let ledger = try Ledger(path: path)
        try ledger.open(row("a"))
        let error = #expect(throws: BulkheadError.self) { try ledger.open(row("a")) }
        #expect(error?.reason == .nameInUse)
        try ledger.close(ContainerID("a"))
        try ledger.open(row("a"))
    }

    @Test func addressesComeBackAndTheLongestIdleGoesFirst() throws {
        let ledger = try Ledger(path: path)
        try ledger.replacePool(of: "n", with: pool(2))
        let first = try ledger.open(row("a"), takingAddressOf: "n")
        let second = try ledger.open(row("b"), takingAddressOf: "n")
        #expect(first.mac != second.mac)
        let full = #expect(throws: BulkheadError.self) { try ledger.open(row("c"), takingAddressOf: "n") }
        #expect(full?.reason == .networkFull)
        #expect(try ledger.container(ContainerID("c")) == nil)
        try ledger.close(ContainerID("b"))
        #expect(try ledger.poolUse(of: "n") == (free: 1, all: 2))
        #expect(try ledger.open(row("d"), takingAddressOf: "n").mac == second.mac)
    }

    /// Many processes share one file; here many connections do.
    @Test func parallelLaunchesNeverShareAnAddress() async throws {
        let ledger = try Ledger(path: path)
        try ledger.replacePool(of: "n", with: pool(20))
        let path = path
        let macs = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<20 {
                let row = row("c\(number)")
                group.addTask { try Ledger(path: path).open(row, takingAddressOf: "n").mac }
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(Set(macs).count == 20)
    }

    @Test func aCorruptLedgerIsNamedAndLeftAlone() throws {
        let bytes = Data("this is no database, and it is long enough to be read as one".utf8)
        try bytes.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: BulkheadError.self) { try Ledger(path: path) }
        #expect(error?.reason == .stateUnusable)
        #expect(FileManager.default.contents(atPath: path) == bytes)
    }

    @Test func aNewerLedgerIsNamed() throws {
        let ledger = try Ledger(path: path)
        try ledger.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('from the future')") }
        let error = #expect(throws: BulkheadError.self) { try Ledger(path: path) }
        #expect(error?.reason == .stateUnusable && error?.detail.contains("newer") == true)
    }
}

@Suite struct FileLockTests {
    private let directory = TemporaryDirectory()

    @Test func oneHoldsItAtATime() throws {
        let path = directory.path + "/lock"
        var held = try FileLock.take(path)
        #expect(held != nil)
        #expect(try FileLock.take(path) == nil)
        held = nil
        #expect(try FileLock.take(path) != nil)
    }

    @Test func aRemovedOneIsNoLongerTheLock() throws {
        let path = directory.path + "/lock"
        let held = try #require(try FileLock.take(path))
        held.remove()
        #expect(try FileLock.take(path) != nil)
        withExtendedLifetime(held) {}
    }

    @Test func aLinkIsNotFollowed() throws {
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/lock", withDestinationPath: directory.path + "/x")
        #expect(throws: BulkheadError.self) { try FileLock.take(directory.path + "/lock") }
    }
}

import Foundation
import Glibc
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

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
        let next = try #require(try FileLock.take(path))
        held.remove()
        #expect(try FileLock.take(path) == nil, "the second removal took away the next one's file")
        withExtendedLifetime((held, next)) {}
    }

    @Test func askingMakesNothingAndDisturbsNoOtherWhoAsks() throws {
        let path = directory.path + "/lock"
        #expect(!FileLock.isHeld(path))
        #expect(!FileManager.default.fileExists(atPath: path))
        let held = try #require(try FileLock.take(path))
        #expect(FileLock.isHeld(path))
        held.remove()
        let asking = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(asking) }
        #expect(flock(asking, LOCK_SH | LOCK_NB) == 0 && !FileLock.isHeld(path), "two may ask at the same time")
    }

    @Test func aLinkIsNotFollowed() throws {
        let target = directory.path + "/x"
        try FileManager.default.createSymbolicLink(atPath: directory.path + "/lock", withDestinationPath: target)
        #expect(throws: BulkheadError.self) { try FileLock.take(directory.path + "/lock") }
        #expect(!FileManager.default.fileExists(atPath: target))
    }

    @Test func aWordIsLeftForItsHolderAlone() throws {
        let path = directory.path + "/lock"
        #expect(!FileLock.leave("early", at: path) && !FileManager.default.fileExists(atPath: path))
        let held = try #require(try FileLock.take(path))
        #expect(!held.has("one"))
        #expect(FileLock.leave("one", at: path) && FileLock.leave("another", at: path))
        #expect(held.has("one") && held.has("another") && !held.has("on") && !held.has("early"))
        held.remove()
        let next = try #require(try FileLock.take(path))
        #expect(!next.has("one"), "what has its name later is another's")
    }

    @Test func theStoreClaimsAContainerOnce() throws {
        let state = try StateDirectory(root: directory.path + "/state", cache: directory.path + "/cache")
        let store = StateStore(ledger: try Ledger(path: state.ledger), state: state)
        let id = try ContainerID("a")
        let claim = try #require(try store.claim(id))
        #expect(try store.claim(id) == nil)
        claim.end()
        #expect(!FileManager.default.fileExists(atPath: state.lock(id)))
        #expect(try store.claim(id) != nil)
    }
}

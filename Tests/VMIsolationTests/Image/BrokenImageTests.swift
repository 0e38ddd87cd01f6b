import Foundation
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

@Suite struct BrokenImageTests {
    private let directory = TemporaryDirectory()
    private var store: ImageStore { ImageStore(directory: directory.path) }

    private func image(_ name: String, manifest: String) throws {
        let path = directory.path + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data(manifest.utf8).write(to: URL(fileURLWithPath: path + "/manifest.json"))
    }

    private func reason(_ body: () throws -> Void) -> BulkheadError.Reason? {
        do { try body() } catch { return (error as? BulkheadError)?.reason }
        return nil
    }

    @Test func aBrokenImageIsNoObstacleToAnother() throws {
        try image("broken", manifest: "junk")
        let zeros = "30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58"
        let files = #"{"disk.raw":{"sha256":"\#(zeros)"}}"#
        try image("sound", manifest: #"{"name":"sound","kind":"disk","digest":"x","files":\#(files)}"#)
        try Data(count: 1 << 20).write(to: URL(fileURLWithPath: directory.path + "/sound/disk.raw"))
        #expect(reason { _ = try store.image("broken") } == .imageBroken)
        #expect(try store.image("sound").name == "sound")
        #expect(reason { _ = try store.image("none") } == .imageUnknown)
    }

    @Test func aBrokenImageHidesNoOther() throws {
        try image("a", manifest: #"{"name":"a","kind":"disk","digest":"x","files":{}}"#)
        try image("b", manifest: "junk")
        try image("c", manifest: #"{"name":"copied","kind":"disk","digest":"y","files":{}}"#)
        let list = store.list()
        #expect(list.map(\.name) == ["a", "b", "c"])
        #expect(list.map { try? $0.manifest.get().digest } == ["x", nil, "y"])
        #expect(reason { _ = try list[1].manifest.get() } == .imageBroken)
    }

    @Test func anImageIsMeantByItsNameAndByEveryPathToIt() throws {
        try image("a", manifest: "{}")
        try image("ab", manifest: "{}")
        let other = TemporaryDirectory()
        try FileManager.default.createSymbolicLink(
            atPath: other.path + "/link", withDestinationPath: directory.path + "/a")
        let path = directory.path + "/a"
        for reference in [
            "a", path, path + "/", directory.path + "/./ab/../a", path + "/disk.raw", other.path + "/link",
        ] {
            #expect(store.isMeant("a", by: reference), "\(reference)")
        }
        for reference in ["ab", directory.path + "/ab", other.path + "/a", directory.path] {
            #expect(!store.isMeant("a", by: reference), "\(reference)")
        }
    }

    @Test func aBrokenImageCanBeRemoved() throws {
        try image("broken", manifest: "junk")
        try store.remove("broken")
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/broken"))
    }

    @Test func nothingOutsideIsRemoved() throws {
        let inner = ImageStore(directory: directory.path + "/images")
        try image("images/one", manifest: "{}")
        try image("outside", manifest: "{}")
        #expect(reason { try inner.remove("../outside") } == .imageUnknown)
        #expect(FileManager.default.fileExists(atPath: directory.path + "/outside"))
    }
}

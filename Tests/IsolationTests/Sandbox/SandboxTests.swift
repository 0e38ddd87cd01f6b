import Foundation
import Glibc
import TestSupport
import Testing

@testable import Isolation

@Suite struct SandboxTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.path + "/sandbox" }

    private func fill(_ name: String, kibibytes: Int) throws {
        try Data(repeating: 1, count: kibibytes << 10).write(to: URL(filePath: path + "/" + name))
    }

    @Test func isMadeOnce() throws {
        let sandbox = try Sandbox(path)
        try fill("stays", kibibytes: 1)
        _ = try Sandbox(path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["stays"])
        try sandbox.remove()
        try sandbox.remove()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aLinkInItsPlaceIsRefused() throws {
        let other = TemporaryDirectory()
        _ = try other.file("precious", [1])
        let sandbox = try Sandbox(path)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: other.path)
        for attempt: () throws -> Void in [
            { _ = try Sandbox(path) }, { _ = try sandbox.size() }, { _ = try sandbox.log(.output) }, sandbox.remove,
            { try sandbox.replace(Sandbox.journal, with: [1]) },
        ] {
            let error = #expect(throws: BulkheadError.self) { try attempt() }
            #expect(error?.reason == .stateUnusable)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: other.path) == ["precious"])
    }

    @Test func aFileIsReplacedInWhole() throws {
        let sandbox = try Sandbox(path)
        let target = try directory.file("target", [7])
        try FileManager.default.createSymbolicLink(atPath: path + "/launch.json", withDestinationPath: target)
        for bytes in [[UInt8](repeating: 1, count: 100_000), [2]] {
            try sandbox.replace(Sandbox.journal, with: bytes)
            #expect(try Data(contentsOf: URL(filePath: path + "/launch.json")) == Data(bytes))
        }
        #expect(try Data(contentsOf: URL(filePath: target)) == Data([7]))
        try FileManager.default.createDirectory(atPath: path + "/taken", withIntermediateDirectories: false)
        #expect(throws: BulkheadError.self) { try sandbox.replace("taken", with: [1]) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["launch.json", "taken"])
    }

    @Test func countsWhatIsOnTheDisk() throws {
        let sandbox = try Sandbox(path)
        let empty = try sandbox.size().bytes
        try FileManager.default.createDirectory(atPath: path + "/a/b/c", withIntermediateDirectories: true)
        try fill("one", kibibytes: 100)
        try fill("a/b/c/two", kibibytes: 50)
        try FileManager.default.linkItem(atPath: path + "/one", toPath: path + "/a/same")
        try FileManager.default.createSymbolicLink(atPath: path + "/link", withDestinationPath: "/usr")
        try #require(truncate(path + "/one", 100 << 30) == 0)
        let size = try sandbox.size().bytes - empty
        #expect(size >= 150 << 10 && size < 200 << 10)
    }

    /// More than we hold open or walk at a time.
    @Test func aDeepTreeIsNotCountedButRemoved() throws {
        let sandbox = try Sandbox(path)
        var place = open(path, O_RDONLY | O_DIRECTORY)
        for _ in 0..<1000 {
            try #require(mkdirat(place, "down", 0o700) == 0)
            let next = openat(place, "down", O_RDONLY | O_DIRECTORY)
            close(openat(next, "file", O_CREAT | O_WRONLY, 0o600))
            close(place)
            place = next
        }
        close(place)
        let error = #expect(throws: BulkheadError.self) { try sandbox.size() }
        #expect(error?.reason == .diskFull)
        try sandbox.remove()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func removingLeavesWhatLinksLeadTo() throws {
        let other = TemporaryDirectory()
        let precious = try other.file("precious", [1])
        let sandbox = try Sandbox(path)
        try FileManager.default.createDirectory(atPath: path + "/a/b", withIntermediateDirectories: true)
        for name in ["link", "a/link", "a/b/link"] {
            try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: other.path)
        }
        try FileManager.default.linkItem(atPath: precious, toPath: path + "/a/hard")
        try #require(mkfifo(path + "/a/b/pipe", 0o600) == 0)
        try sandbox.remove()
        #expect(try Data(contentsOf: URL(filePath: precious)) == Data([1]))
    }

    @Test(.enabled(if: PrivateMounts.isAvailable, "takes the right to mount"), arguments: ["/mount", "/a/mount"])
    func mountsAreLeftAlone(_ place: String) throws {
        let (sandbox, path) = (try Sandbox(path), path)
        try FileManager.default.createDirectory(atPath: path + place, withIntermediateDirectories: true)
        try PrivateMounts.withDisk(at: path + place, options: "size=1m") {
            try Data(count: 500 << 10).write(to: URL(filePath: path + place + "/precious"))
            #expect(try sandbox.size().bytes < 100 << 10)
            let error = #expect(throws: BulkheadError.self) { try sandbox.remove() }
            #expect(error?.reason == .cleanupIncomplete)
            #expect(FileManager.default.fileExists(atPath: path + place + "/precious"))
        }
        try sandbox.remove()
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}

import Foundation
import Glibc
import Isolation
import Testing

@testable import VMIsolation

struct TarReaderTests {
    private let directory: ScratchDirectory
    private let target: String

    init() throws {
        directory = try ScratchDirectory()
        target = try directory.makeDirectory("target")
    }

    @Test(arguments: [
        ["tar"], ["tar", "--format=pax"], ["tar", "--format=ustar"], ["tar", "--format=v7", "--exclude=*long*"],
        ["busybox", "tar"], ["bsdtar"],
    ])
    func archivesOfOtherTarsAreRead(_ tar: [String]) throws {
        try #require(Program.isThere(tar[0]))
        try directory.makeDirectory("tree/sub")
        try directory.write("tree/sub/file", Array(repeating: 8, count: 100_000))
        try directory.write("tree/empty", [])
        #expect(symlink("../empty", directory.path("tree/sub/link")) == 0)
        if !tar.contains("--format=v7"), !tar.contains("--format=ustar") {
            try directory.write("tree/long" + String(repeating: "g", count: 150), [1])
            try directory.write("tree/ünï", [2])
        }
        let arguments = tar.dropFirst() + ["-c", "-f", "-", "-C", directory.path, "tree"]
        let archive = try Program(tar[0]).run(Array(arguments))
        guard !tar.contains("--format=v7") else {
            // No magic, no certainty what it is.
            #expect(throws: BulkheadError.self) { try TarTest.extract(archive.output, into: target) }
            return
        }
        let summary = try TarTest.extract(archive.output, into: target, as: "copy")
        #expect(summary.leftOut == 0)
        let difference = try Program("diff").run(["-r", "--no-dereference", directory.path("tree"), target + "/copy"])
        #expect(difference.status == 0, "\(difference.text)")
    }

    @Test(arguments: [1, 7, 511, 512, 513, 4096])
    func chunksMayEndAnywhere(_ chunk: Int) throws {
        var archive = TarArchive()
        archive.addDirectory(Array("d".utf8))
        archive.addFile(Array("d/\(String(repeating: "n", count: 150))".utf8), [UInt8](repeating: 3, count: 1300))
        archive.addFile(Array("d/empty".utf8), [])
        archive.addLink(Array("d/link".utf8), to: Array("empty".utf8))
        let summary = try TarTest.extract(archive.bytes, into: target, chunk: chunk)
        #expect(summary.files == 2 && summary.directories == 1 && summary.links == 1 && summary.bytes == 1300)
        #expect(try directory.read("target/d/\(String(repeating: "n", count: 150))").count == 1300)
    }

    @Test func directoriesThatNobodyListsAreMade() throws {
        try TarTest.extract(TarTest.archive("a/b/c", contents: [1]), into: target)
        #expect(try directory.read("target/a/b/c") == [1])
    }

    @Test func existingFilesAreReplacedInOneStep() throws {
        let old = try directory.write("target/file", Array("old".utf8))
        let held = try OpenFile(Array(old.utf8), O_RDONLY)
        try TarTest.extract(TarTest.archive("file", contents: Array("new".utf8)), into: target)
        #expect(try directory.read("target/file") == Array("new".utf8))
        var before: [UInt8] = []
        #expect(try held.read(at: 0, upTo: 10, into: &before) == 3)
        #expect(before == Array("old".utf8))
    }

    @Test func aFileThatIsCutOffLeavesTheOldOne() throws {
        try directory.write("target/file", Array("old".utf8))
        let archive = TarTest.archive("file", contents: [UInt8](repeating: 1, count: 5000))
        let error = #expect(throws: BulkheadError.self) {
            try TarTest.extract(Array(archive.prefix(3000)), into: target)
        }
        #expect(error?.reason == .copyFailed)
        #expect(try directory.read("target/file") == Array("old".utf8))
        #expect(try directory.names(in: "target") == ["file"])
    }

    @Test func setIDBitsAndUmaskAreTakenOff() throws {
        try TarTest.extract(
            TarTest.entry("d", type: "5", mode: 0o7777) + TarTest.archive("d/f", contents: [1], mode: 0o7755),
            into: target)
        #expect(try TarTest.status(target + "/d/f").st_mode & 0o7777 == 0o755)
        #expect(try TarTest.status(target + "/d").st_mode & 0o7000 == 0)
    }

    @Test func aDirectoryWithoutRightsCanStillBeFilled() throws {
        try TarTest.extract(
            TarTest.entry("d", type: "5", mode: 0) + TarTest.archive("d/f", contents: [1], mode: 0), into: target)
        #expect(try TarTest.status(target + "/d").st_mode & 0o777 == 0o700)
        #expect(try TarTest.status(target + "/d/f").st_mode & 0o777 == 0)
    }

    @Test func anExistingDirectoryKeepsItsMode() throws {
        chmod(try directory.makeDirectory("target/d"), 0o750)
        try TarTest.extract(TarTest.archive("d", type: "5", mode: 0o777), into: target)
        #expect(try TarTest.status(target + "/d").st_mode & 0o777 == 0o750)
    }

    @Test func theTopIsRenamedAndThereIsOnlyOne() throws {
        let archive = TarTest.entry("./from/a", contents: [1]) + TarTest.archive("from/b", contents: [2])
        try TarTest.extract(archive, into: target, as: "to")
        #expect(try directory.names(in: "target/to") == ["a", "b"])
        let two = TarTest.entry("one", contents: [1]) + TarTest.archive("two", contents: [2])
        let error = #expect(throws: BulkheadError.self) { try TarTest.extract(two, into: target, as: "to2") }
        #expect(error?.reason == .copyFailed)
        #expect(try directory.names(in: "target") == ["to", "to2"])
    }

    @Test(arguments: ["", "a/b", "..", ".", "/", "/a"])
    func badNamesForTheTopAreNamed(_ name: String) {
        #expect(throws: BulkheadError.self) { try TarTest.extract(TarTest.archive("a"), into: target, as: name) }
    }

    @Test func trailingZerosAreFineAndAllElseIsNot() throws {
        let archive = TarTest.archive("a", contents: [1])
        try TarTest.extract(archive + [UInt8](repeating: 0, count: 9 << 10), into: target)
        #expect(throws: BulkheadError.self) { try TarTest.extract(archive + [0, 1], into: target) }
        #expect(throws: BulkheadError.self) {
            try TarTest.extract(archive + [UInt8](repeating: 0, count: 2 << 20), into: target)
        }
    }

    @Test func anErrorStays() throws {
        var reader = try TarReader(into: ExtractionDirectory(path: target))
        let bad = TarTest.archive("/etc/passwd")
        do { try reader.feed(bad) } catch { #expect(error.reason == .copyFailed) }
        do {
            try reader.feed(TarTest.archive("fine", contents: [1]))
            Issue.record("it went on after an error")
        } catch { #expect(error.subject.contains("/etc/passwd")) }
        do {
            _ = try reader.finish()
            Issue.record("it ended well after an error")
        } catch { #expect(error.subject.contains("/etc/passwd")) }
        #expect(!directory.exists("target/fine"))
    }

    @Test func paxRecordsReplaceTheHeader() throws {
        let name = String(repeating: "x", count: 300).enumerated().map { $0.offset % 100 == 99 ? "/" : "x" }.joined()
        let records =
            TarTest.paxRecord("path", name + "y") + TarTest.paxRecord("mtime", "-12.5")
            + TarTest.paxRecord("size", "600") + TarTest.paxRecord("comment", "none\n=of your business")
        let archive =
            TarTest.entry("pax", type: "x", contents: records)
            + TarTest.archive("short", size: 3, contents: [UInt8](repeating: 6, count: 600))
        try TarTest.extract(archive, into: target)
        #expect(try directory.read("target/" + name + "y").count == 600)
        #expect(try TarTest.status(target + "/" + name + "y").st_mtim.tv_sec == -12)
    }

    @Test(.enabled(if: SmallFileSystem.canBeHad, "no file system can be mounted here"))
    func aFullDiskIsNamed() throws {
        let full = try SmallFileSystem(size: "64k")
        let archive = TarTest.archive("big", contents: [UInt8](repeating: 1, count: 1 << 20))
        let error = #expect(throws: BulkheadError.self) { try TarTest.extract(archive, into: full.path) }
        #expect(error?.reason == .diskFull)
        #expect(try FileManager.default.contentsOfDirectory(atPath: full.path).isEmpty)
    }

    @Test func aMissingDirectoryIsNamed() {
        let error = #expect(throws: BulkheadError.self) { try ExtractionDirectory(path: target + "/none") }
        #expect(error?.reason == .fileUnwritable)
    }
}

import Foundation
import Glibc
import Isolation
import Testing

@testable import VMIsolation

/// What a hostile guest may send: each is an error by name, and nothing outside the directory changes.
struct TarReaderHostileTests {
    private let directory: ScratchDirectory
    private let target: String

    init() throws {
        directory = try ScratchDirectory()
        target = try directory.makeDirectory("target")
        try directory.write("victim", Array("safe".utf8))
        try directory.makeDirectory("outside")
    }

    @Test(arguments: TarAttack.all)
    func eachIsAnErrorByName(_ attack: TarAttack) throws {
        let error = #expect(throws: BulkheadError.self) { try TarTest.extract(attack.bytes, into: target) }
        #expect(error?.reason == .copyFailed, "\(String(describing: error))")
        #expect(error?.detail == attack.detail)
        #expect(error?.remedy.isEmpty == false)
        try expectNothingOutsideChanged()
    }

    @Test(arguments: ["outside", "victim"])
    func linksThatWereThereAreNotFollowed(_ name: String) throws {
        #expect(symlink("../" + name, directory.path("target/link")) == 0)
        #expect(throws: BulkheadError.self) {
            try TarTest.extract(TarTest.archive("link/file", contents: [1]), into: target)
        }
        #expect(throws: BulkheadError.self) { try TarTest.extract(TarTest.archive("link", type: "5"), into: target) }
        try TarTest.extract(TarTest.archive("link", contents: [1]), into: target)
        #expect(try TarTest.status(target + "/link").st_mode & S_IFMT == S_IFREG)
        try expectNothingOutsideChanged()
    }

    @Test(arguments: [
        ("/etc/passwd", false), ("..", false), ("../x", false), ("a/../../x", false), ("d/../x", false),
        ("./..", false),
        ("x", true), ("./x/y", true), (".", true), ("", false),
    ])
    func linksAtTheTopMustNotLeadUpwards(_ link: String, _ isKept: Bool) throws {
        let summary = try TarTest.extract(TarTest.archive("link", type: "2", target: link), into: target)
        #expect((summary.links == 1) == isKept)
        #expect((summary.leftOut == 1) == !isKept)
        #expect(summary.notes.count == summary.leftOut)
        #expect(try directory.names(in: "target").count == summary.links)
    }

    @Test(arguments: [("../x", true), ("../../x", true), ("../../../x", false), ("../y/../x", false), ("/x", false)])
    func linksBelowMayLeadUpToTheTop(_ link: String, _ isKept: Bool) throws {
        let bytes = TarTest.archive("a/b/link", type: "2", target: link)
        #expect(try TarTest.extract(bytes, into: target).links == (isKept ? 1 : 0))
        let renamed = try TarTest.extract(bytes, into: target, as: "top")
        #expect(renamed.links == (isKept && link != "../../x" ? 1 : 0))
    }

    @Test func aRenamedTopIsNoLink() throws {
        let summary = try TarTest.extract(TarTest.archive("a", type: "2", target: "neighbour"), into: target, as: "top")
        #expect(summary.links == 0 && summary.leftOut == 1)
    }

    @Test func notesAreBounded() throws {
        let entry = TarTest.entry("link", type: "2", target: "/" + String(repeating: "x", count: 90))
        let summary = try TarTest.extract(
            Array([[UInt8]](repeating: entry, count: 1000).joined()) + TarEntry.endOfArchive, into: target)
        #expect(summary.leftOut == 1000)
        #expect(summary.notes.count == ExtractionSummary.longestNotes)
    }

    @Test func limitsHold() throws {
        var limits = ExtractionLimits()
        limits.bytes = 1000
        limits.entries = 3
        let fits = TarTest.entry("a", contents: [UInt8](repeating: 1, count: 600))
        let more = TarTest.entry("b", contents: [UInt8](repeating: 1, count: 401))
        try TarTest.extract(fits + TarEntry.endOfArchive, into: target, limits: limits)
        let error = #expect(throws: BulkheadError.self) {
            try TarTest.extract(fits + more + TarEntry.endOfArchive, into: target, limits: limits)
        }
        #expect(error?.detail.contains("1000") == true)
        #expect(!directory.exists("target/b"))
        let record = TarTest.entry("L", type: "L", contents: Array("name\0".utf8))
        #expect(throws: BulkheadError.self) {
            try TarTest.extract(record + record + record + TarTest.archive("c"), into: target, limits: limits)
        }
    }

    @Test func noMoreFilesThanADiskHasRoomFor() {
        for (size, entries) in [(Memory.mebibytes(1), 1000), (.mebibytes(128), 65_536), (.mebibytes(65_536), 1_000_000)] {
            let limits = ExtractionLimits(ofDisk: size)
            #expect(limits.entries == entries && limits.bytes == Int64(size.bytes))
        }
    }

    @Test func errorsQuoteNamesInOneLine() throws {
        let name = "/evil\u{1B}[31m\n\u{202E}" + String(repeating: "x", count: 60)
        let error = #expect(throws: BulkheadError.self) { try TarTest.extract(TarTest.archive(name), into: target) }
        let text = try #require(error?.subject)
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202E}" }, "\(text.debugDescription)")
        #expect(text.contains("\\x1b[31m\\xa\\x202e"), "\(text)")
    }

    private func expectNothingOutsideChanged() throws {
        #expect(try directory.read("victim") == Array("safe".utf8))
        #expect(try directory.names() == ["outside", "target", "victim"])
        #expect(try directory.names(in: "outside").isEmpty)
        #expect(!FileManager.default.fileExists(atPath: "/tmp/evil"))
    }
}

import Foundation
import Glibc
import Isolation
import Testing

@testable import VMIsolation

struct TarWriterTests {
    private let directory: ScratchDirectory

    init() throws { directory = try ScratchDirectory() }

    /// A tree with all that is hard: long names, names that are no UTF-8, links, odd modes, old and new times.
    private func makeTree() throws {
        try directory.makeDirectory("tree/sub/empty")
        try directory.write("tree/plain", Array("hello\n".utf8))
        try directory.write("tree/nothing", [])
        try directory.write("tree/sub/block", [UInt8](repeating: 1, count: 512))
        try directory.write("tree/sub/large", (0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try directory.write("tree/sub/run", Array("#!/bin/sh\n".utf8))
        try directory.write("tree/" + String(repeating: "n", count: 99), [1])
        try directory.write("tree/" + String(repeating: "n", count: 100), [2])
        let deep = "tree/" + String(repeating: "d", count: 200) + "/" + String(repeating: "e", count: 200)
        try directory.makeDirectory(deep)
        try directory.write(deep + "/" + String(repeating: "f", count: 250), [3])
        #expect(symlink("sub/run", directory.path("tree/link")) == 0)
        #expect(symlink("/nowhere/" + String(repeating: "t", count: 150), directory.path("tree/dangling")) == 0)
        let odd = Array(directory.path("tree/").utf8) + [0xFF, 0x0A, 0xC3]
        try OpenFile(odd, O_WRONLY | O_CREAT, mode: 0o644).write([4])
        chmod(directory.path("tree/sub/run"), 0o4755)
        chmod(directory.path("tree/sub/empty"), 0o700)
        for (name, time) in [("plain", 1_000_000_000), ("nothing", -5), ("sub/block", 1 << 34)] {
            let times = [timespec(tv_sec: time, tv_nsec: 0), timespec(tv_sec: time, tv_nsec: 0)]
            #expect(utimensat(AT_FDCWD, directory.path("tree/" + name), times, 0) == 0)
        }
    }

    @Test(arguments: [["tar"], ["busybox", "tar"], ["bsdtar"]])
    func otherTarsUnpackIt(_ tar: [String]) throws {
        try #require(Program.isThere(tar[0]))
        try makeTree()
        let archive = try directory.write("archive", TarTest.stream(of: directory.path("tree"), as: "copy"))
        let target = try directory.makeDirectory("target")
        let arguments = tar.dropFirst() + ["-x", "-p", "-f", archive, "-C", target]
        let result = try Program(tar[0]).run(Array(arguments))
        #expect(result.status == 0, "\(result.text)")
        let difference = try Program("diff").run([
            "-r", "--no-dereference", directory.path("tree"), target + "/copy",
        ])
        #expect(difference.status == 0, "\(difference.text)")
        for name in ["plain", "sub/block", "nothing", "sub/run", "sub/empty"] {
            let (ours, theirs) = try (
                TarTest.status(directory.path("tree/" + name)), TarTest.status(target + "/copy/" + name)
            )
            #expect(ours.st_mode == theirs.st_mode, "\(name)")
            if name != "sub/empty" { #expect(ours.st_mtim.tv_sec == theirs.st_mtim.tv_sec, "\(name)") }
        }
    }

    @Test func ourReaderUnpacksIt() throws {
        try makeTree()
        let target = try directory.makeDirectory("target")
        let summary = try TarTest.extract(
            TarTest.stream(of: directory.path("tree"), as: "copy"), into: target, chunk: 1000)
        #expect(summary.files == 9 && summary.links == 1 && summary.leftOut == 1)
        unlink(directory.path("tree/dangling"))
        let difference = try Program("diff").run([
            "-r", "--no-dereference", directory.path("tree"), target + "/copy",
        ])
        #expect(difference.status == 0, "\(difference.text)")
        #expect(try TarTest.status(target + "/copy/plain").st_mtim.tv_sec == 1_000_000_000)
        #expect(try TarTest.status(target + "/copy/nothing").st_mtim.tv_sec == -5)
        #expect(try TarTest.status(target + "/copy/sub/run").st_mode & 0o7777 == 0o755)
    }

    @Test func aSingleFileKeepsItsContents() throws {
        let contents = [UInt8](repeating: 9, count: 1_000_000)
        let file = try directory.write("file", contents)
        let target = try directory.makeDirectory("target")
        try TarTest.extract(TarTest.stream(of: file, as: "other"), into: target)
        #expect(try directory.read("target/other") == contents)
    }

    @Test func theNamedPathMayBeALink() throws {
        try makeTree()
        #expect(symlink("tree", directory.path("alias")) == 0)
        let direct = try TarTest.stream(of: directory.path("tree"), as: "x")
        #expect(try TarTest.stream(of: directory.path("alias"), as: "x") == direct)
    }

    @Test func chunksStayBelowTheirLimitAndFewAreSmall() throws {
        try makeTree()
        for number in 0..<500 { try directory.write("tree/sub/small\(number)", [5]) }
        var writer = try TarWriter(path: directory.path("tree"), as: "tree")
        var sizes: [Int] = []
        while let chunk = try writer.next() { sizes.append(chunk.count) }
        #expect(sizes.allSatisfy { $0 <= TarWriter.chunkSize })
        #expect(sizes.dropLast().allSatisfy { $0 > TarWriter.chunkSize / 2 })
        #expect(try writer.next() == nil)
    }

    @Test func copiesOfAWriterGoOnByThemselves() throws {
        try makeTree()
        var first = try TarWriter(path: directory.path("tree/sub/large"), as: "large")
        _ = try first.next()
        var second = first
        #expect(try first.next() == second.next())
        #expect(try first.next() == second.next())
    }

    @Test func socketsPipesAndDevicesAreRefusedByName() throws {
        try directory.makeDirectory("tree")
        #expect(mkfifo(directory.path("tree/pipe"), 0o600) == 0)
        for path in [directory.path("tree"), directory.path("tree/pipe")] {
            let error = #expect(throws: BulkheadError.self) { try TarTest.stream(of: path, as: "x") }
            #expect(error?.reason == .fileUnreadable)
            #expect(error?.subject.contains("pipe") == true && error?.detail.contains("pipe") == true)
        }
        let error = #expect(throws: BulkheadError.self) { try TarWriter(path: "/dev/null", as: "x") }
        #expect(error?.detail.contains("device") == true)
    }

    @Test(arguments: ["", "/nonexistent/file", "zero\0byte"])
    func missingFilesAreNamed(_ path: String) {
        let error = #expect(throws: BulkheadError.self) { try TarWriter(path: path, as: "x") }
        #expect(error?.reason == .fileUnreadable)
    }

    @Test func aFileThatShrinksIsNamed() throws {
        let path = try directory.write("file", [UInt8](repeating: 1, count: 1 << 20))
        var writer = try TarWriter(path: path, as: "file")
        _ = try writer.next()
        #expect(truncate(path, 1000) == 0)
        let error = #expect(throws: BulkheadError.self) { while try writer.next() != nil {} }
        #expect(error?.reason == .fileUnreadable)
        #expect(error?.detail.contains("shorter") == true)
    }

    @Test func aFileThatGrowsIsCutAtItsFirstSize() throws {
        let path = try directory.write("file", [UInt8](repeating: 1, count: 1 << 20))
        var writer = try TarWriter(path: path, as: "file")
        var bytes = try writer.next() ?? []
        #expect(truncate(path, 2 << 20) == 0)
        while let chunk = try writer.next() { bytes += chunk }
        try TarTest.extract(bytes, into: try directory.makeDirectory("target"))
        #expect(try directory.read("target/file").count == 1 << 20)
    }

    @Test func treesDeeperThanTheLimitAreNamed() throws {
        let deep = (0...HostTreeWalk.deepest).map { _ in "d" }.joined(separator: "/")
        try directory.makeDirectory("tree/" + deep)
        let error = #expect(throws: BulkheadError.self) { try TarTest.stream(of: directory.path("tree"), as: "x") }
        #expect(error?.detail.contains("deep") == true)
    }

    @Test func sizesAboveOctalDigitsAreWritten() {
        let entry = TarEntry(path: [0x61], kind: .file(size: 1 << 40), mode: 0o644)
        #expect(TarField.size.number(in: entry.header) == 1 << 40)
        #expect(entry.header[TarField.size.start] == 0x80)
    }
}

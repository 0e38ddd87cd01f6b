import Foundation
import Glibc
import Isolation
import Synchronization
import Testing

@testable import VMIsolation

/// glibc's, which Swift's module leaves out.
@_silgen_name("renameat2") private func renameat2(
    _: Int32, _: UnsafePointer<CChar>, _: Int32, _: UnsafePointer<CChar>, _: UInt32
) -> Int32

/// What somebody changes below the directory while an archive is extracted into it.
@Suite struct ExtractionRaceTests {
    private let directory: ScratchDirectory
    private let target: String

    init() throws {
        directory = try ScratchDirectory()
        target = try directory.makeDirectory("target")
        try directory.makeDirectory("outside")
    }

    private func file(_ path: String) -> [UInt8] { TarTest.entry(path, contents: Array("guest's".utf8)) }

    /// Between two entries of one directory, and before the first one of another.
    @Test func aParentThatBecomesALinkLeadsNowhere() throws {
        var reader = try TarReader(into: ExtractionDirectory(path: target), as: nil, limits: ExtractionLimits())
        try reader.feed(file("a/b/one"))
        #expect(rename(target + "/a", target + "/was") == 0 && symlink(directory.path("outside"), target + "/a") == 0)
        // It goes on in the directory that it had opened.
        try reader.feed(file("a/b/two"))
        let error = #expect(throws: BulkheadError.self) { try reader.feed(file("a/c/three")) }
        #expect(error?.detail.contains("is there already and is no directory") == true, "\(error as Any)")
        #expect(try directory.names(in: "outside").isEmpty)
        #expect(try directory.names(in: "target/was/b") == ["one", "two"])
    }

    /// A file under way, whose place is taken by a link to something else.
    @Test func aLinkInAFilesPlaceIsReplacedNotWritten() throws {
        try directory.write("victim", Array("safe".utf8))
        var reader = try TarReader(into: ExtractionDirectory(path: target), as: nil, limits: ExtractionLimits())
        let bytes = file("file")
        try reader.feed(Array(bytes[..<514]))
        #expect(symlink(directory.path("victim"), target + "/file") == 0)
        try reader.feed(Array(bytes[514...]) + TarEntry.endOfArchive)
        _ = try reader.finish()
        #expect(try directory.read("victim") == Array("safe".utf8))
        #expect(try directory.read("target/file") == Array("guest's".utf8))
    }

    /// Swapped back and forth all the time: wherever the change falls, nothing goes outside.
    @Test(.timeLimit(.minutes(2))) func noMomentIsRight() throws {
        let ends = Mutex(false)
        let (place, link) = (target + "/d", directory.path("link"))
        #expect(symlink(directory.path("outside"), link) == 0 && mkdir(place, 0o755) == 0)
        let swaps = Mutex(0)
        let thread = Thread {
            while !ends.withLock({ $0 }) {
                // RENAME_EXCHANGE: at every moment there is one of both.
                if renameat2(AT_FDCWD, place, AT_FDCWD, link, 2) == 0 { swaps.withLock { $0 += 1 } }
            }
        }
        thread.start()
        defer { ends.withLock { $0 = true } }
        var (written, refused) = (0, 0)
        for number in 0..<20_000 where number < 2000 || written == 0 || refused == 0 {
            var reader = try TarReader(into: ExtractionDirectory(path: target), as: nil, limits: ExtractionLimits())
            do {
                try reader.feed(file("d/e\(number % 7)/file"))
                written += 1
            } catch { refused += 1 }
        }
        ends.withLock { $0 = true }
        #expect(written > 0 && refused > 0 && swaps.withLock { $0 } > 100, "\(written) written, \(refused) refused")
        #expect(try directory.names(in: "outside").isEmpty)
    }

    /// The end of time, and before its begin.
    @Test(arguments: [Int64.max, 8_589_934_591, 0, -1, .min]) func aTimeOfTheGuestsLosesNoFile(_ time: Int64) throws {
        let bytes = TarEntry(path: Array("file".utf8), kind: .file(size: 3), mode: 0o644, modified: time).header
        var whole = bytes + Array("abc".utf8)
        whole.pad(to: 512)
        try TarTest.extract(whole + TarEntry.endOfArchive, into: target)
        #expect(try directory.read("target/file") == Array("abc".utf8))
    }
}

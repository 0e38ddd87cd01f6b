import Isolation
import Testing

@testable import VMIsolation

/// What of an archive is not taken where the limits say so.
struct TarReaderLeftOutTests {
    private let directory: ScratchDirectory
    private let target: String
    private let limits: ExtractionLimits

    init() throws {
        directory = try ScratchDirectory()
        target = try directory.makeDirectory("target")
        var limits = ExtractionLimits()
        limits.unwanted = [Array("spool".utf8)]
        limits.leavesOutStrangers = true
        self.limits = limits
    }

    private func extract(_ entries: [UInt8]...) throws(BulkheadError) -> ExtractionSummary {
        let bytes = entries.flatMap { $0 } + TarEntry.endOfArchive
        return try TarTest.extract(bytes, into: target, as: "files", limits: limits, chunk: 100)
    }

    @Test func strangersAreNotedAndTheRestIsTaken() throws {
        let summary = try extract(
            TarTest.entry("top/", type: "5"), TarTest.entry("top/hard", type: "1", target: "top/a"),
            TarTest.entry("top/character", type: "3"), TarTest.entry("top/block", type: "4"),
            TarTest.entry("top/pipe", type: "6"), TarTest.entry("top/a", contents: [1, 2]))
        #expect(summary.leftOut == 4 && summary.files == 1)
        #expect(summary.notes.first?.contains("hard link") == true && summary.notes.last?.contains("pipe") == true)
        #expect(try directory.names(in: "target/files") == ["a"])
    }

    @Test func aStrangerWithContentsIsAnError() {
        #expect(throws: BulkheadError.self) { try extract(TarTest.entry("top/p", type: "6", contents: [1])) }
    }

    @Test func theUnwantedIsPassedOverWithAllThatItHolds() throws {
        let much = [UInt8](repeating: 7, count: 1300)
        let summary = try extract(
            TarTest.entry("top/", type: "5"), TarTest.entry("top/spool", type: "5"),
            TarTest.entry("top/spool/stdout", contents: much),
            TarTest.entry("top/spool/link", type: "2", target: "/etc"),
            TarTest.entry("top/d/spool", contents: [1]), TarTest.entry("top/b", contents: [2]))
        #expect(summary.files == 2 && summary.leftOut == 0 && summary.bytes == 2)
        #expect(try directory.names(in: "target/files").sorted() == ["b", "d"])
    }

    @Test(arguments: [Int64.max, 1 << 60, 1 << 40]) func noStreamHasWhatAnUnwantedOneClaims(_ size: Int64) {
        let error = #expect(throws: BulkheadError.self) {
            try extract(TarTest.entry("top/spool", size: size, contents: [1]))
        }
        #expect(error?.detail == "the stream ended before the archive did")
    }
}

import Foundation
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@Suite struct RotatingLogTests {
    private let directory = TemporaryDirectory()
    private var reader: LogReader { LogReader(directory: directory.path, name: "stdout") }

    private func open(_ limit: UInt64 = 10, kept: Int = 2) throws -> RotatingLog {
        try RotatingLog(
            directory: directory.path, name: "stdout", limits: LogLimits(fileSize: Memory(bytes: limit), kept: kept))
    }

    private func bytes(_ range: Range<Int>) -> [UInt8] { range.map { UInt8(truncatingIfNeeded: $0) } }

    @Test func anEmptyLogIsOneEmptyFile() throws {
        #expect(try open().offset == 0)
        #expect(try reader.files().map(\.begin) == [0])
        let status = try FileManager.default.attributesOfItem(atPath: directory.path + "/stdout")
        #expect(status[.posixPermissions] as? Int == 0o600)
    }

    /// The first byte beyond the border begins the next file.
    @Test(arguments: [(9, [0]), (10, [0]), (11, [0, 10]), (20, [0, 10]), (21, [0, 10, 20]), (31, [10, 20, 30])])
    func rotatesAtTheBorder(_ count: Int, _ begins: [UInt64]) throws {
        let log = try open()
        for byte in bytes(0..<count) { try log.append([byte]) }
        #expect(log.offset == UInt64(count))
        #expect(try reader.files().map(\.begin) == begins)
        #expect(try reader.files().dropLast().allSatisfy { $0.bytes.count == 10 })
        #expect(try reader.kept().bytes == bytes(Int(begins[0])..<count))
    }

    @Test func oneLargeAppendFillsManyFiles() throws {
        let log = try open()
        try log.append(bytes(0..<1005))
        #expect(log.offset == 1005)
        #expect(try reader.files().map(\.begin) == [980, 990, 1000])
        #expect(try reader.kept().bytes == bytes(980..<1005))
        try log.append([])
        #expect(log.offset == 1005)
    }

    /// The model is one array; what is kept is its end.
    @Test(arguments: 0..<40) func randomAppendsAndReopeningsKeepTheStream(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (limit, kept) = (UInt64.random(in: 1...64, using: &random), Int.random(in: 1...4, using: &random))
        var model: [UInt8] = []
        var log = try open(limit, kept: kept)
        for _ in 0..<60 {
            let piece = (0..<Int.random(in: 0...150, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            try log.append(piece)
            model += piece
            #expect(log.offset == UInt64(model.count))
            let found = try reader.kept()
            #expect(found.end == UInt64(model.count) && model.suffix(found.bytes.count) == found.bytes[...])
            #expect(found.bytes.count >= min(model.count, Int(limit) * kept))
            #expect(try reader.files().allSatisfy { $0.bytes.count <= Int(limit) } && reader.files().count <= kept + 1)
            if Bool.random(using: &random) { log = try open(limit, kept: kept) }
        }
    }

    @Test func otherLimitsApplyFromTheNextAppendOn() throws {
        try open(100, kept: 4).append(bytes(0..<450))
        let smaller = try open(10, kept: 1)
        #expect(smaller.offset == 450)
        #expect(try reader.files().map(\.begin) == [300, 400])
        try smaller.append(bytes(450..<455))
        #expect(try reader.files().map(\.begin) == [400, 450])
        #expect(smaller.offset == 455)
    }

    @Test func namesThatAreNotOursAreLeftAlone() throws {
        let strangers = [
            "stdout.txt", "stdout.010", "stdout.-1", "stdout.9999999999999999999", "stdout.+5", "stdout.", "x",
        ]
        for name in strangers { _ = try directory.file(name, [1, 2, 3]) }
        let log = try open()
        try log.append(bytes(0..<100))
        #expect(log.offset == 100)
        for name in strangers { #expect(FileManager.default.fileExists(atPath: directory.path + "/" + name)) }
    }

    @Test func parallelAppendsAreWhole() async throws {
        let log = try open(1000, kept: 400)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in UInt8(0)..<16 {
                group.addTask { for _ in 0..<100 { try log.append([UInt8](repeating: writer, count: 17)) } }
            }
            try await group.waitForAll()
        }
        let stream = try reader.kept()
        #expect(log.offset == 16 * 100 * 17 && stream.end == log.offset)
        var counts: [UInt8: Int] = [:]
        for begin in stride(from: 0, to: stream.bytes.count, by: 17) {
            let piece = stream.bytes[begin..<begin + 17]
            #expect(Set(piece).count == 1)
            counts[piece[begin], default: 0] += 1
        }
        #expect(counts.count == 16 && counts.values.allSatisfy { $0 == 100 })
    }
}

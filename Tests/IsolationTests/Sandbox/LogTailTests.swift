import Foundation
import Isolation
import TestSupport
import Testing

@Suite struct LogTailTests {
    private let directory = TemporaryDirectory()

    private func log(kept: Int = 2) throws -> RotatingLog {
        try RotatingLog(
            directory: directory.path, name: "stdout", limits: LogLimits(fileSize: Memory(bytes: 10), kept: kept))
    }

    private func tail(from offset: UInt64 = 0) throws -> LogTail {
        try LogTail(directory: directory.path, log: .output, from: offset)
    }

    private func bytes(_ range: Range<Int>) -> [UInt8] { range.map { UInt8(truncatingIfNeeded: $0) } }

    private func all(_ tail: LogTail, by count: Int = 7) throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let part = try tail.next(upTo: count)
            guard !part.isEmpty else { return all }
            all += part
        }
    }

    @Test(arguments: [0, 1, 9, 10, 11, 19, 20, 29, 30])
    func readsFromAnyPlaceOn(_ offset: Int) throws {
        try log().append(bytes(0..<30))
        let tail = try tail(from: UInt64(offset))
        #expect(try all(tail) == bytes(offset..<30) && tail.offset == 30)
    }

    /// Byte by byte, read after each or after some: whatever rotates between.
    @Test(arguments: [1, 2, 3, 10, 13, 20])
    func everyByteComesOnce(_ pace: Int) throws {
        let (log, tail) = (try log(), try tail())
        var seen: [UInt8] = []
        for (number, byte) in bytes(0..<200).enumerated() {
            try log.append([byte])
            if number % pace == 0 { seen += try all(tail) }
        }
        #expect(try seen + all(tail) == bytes(0..<200))
        #expect(try tail.next(upTo: 1).isEmpty)
    }

    /// One that writes as fast as it can, and one that reads.
    @Test func readsWhileItIsWritten() async throws {
        let (log, tail) = (try log(kept: 400), try tail())
        let written = bytes(0..<3000)
        async let writing: Void = {
            for start in stride(from: 0, to: written.count, by: 3) { try log.append(Array(written[start..<start + 3])) }
        }()
        var seen: [UInt8] = []
        while seen.count < written.count { seen += try all(tail) }
        try await writing
        #expect(seen == written)
    }

    @Test func whatWasRotatedAwayIsTold() throws {
        try log(kept: 1).append(bytes(0..<35))
        let tail = try tail(from: 3)
        #expect(try tail.next(upTo: 5) == bytes(20..<25) && tail.offset == 25)
    }

    @Test func aLogThatComesLaterIsFound() throws {
        let tail = try tail()
        #expect(try tail.next(upTo: 5).isEmpty)
        try log().append(bytes(0..<15))
        #expect(try all(tail) == bytes(0..<15))
    }

    @Test func linksAreNotFollowed() throws {
        let secret = try directory.file("secret", bytes(0..<5))
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/stdout", withDestinationPath: secret)
        #expect(try all(tail()).isEmpty)
    }
}

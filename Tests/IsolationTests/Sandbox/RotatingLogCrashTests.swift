import Foundation
import Glibc
import TestSupport
import Testing

@testable import Isolation

/// What a process that was killed between two system calls leaves, and what a host does to us.
@Suite struct RotatingLogCrashTests {
    private let directory = TemporaryDirectory()
    private var reader: LogReader { LogReader(directory: directory.path, name: "stdout") }
    private let text = Array("0123456789abcdefghijABCDEFGHIJ".utf8)

    private func open(_ limit: UInt64 = 10, kept: Int = 2) throws -> RotatingLog {
        let limits = LogLimits(fileSize: Memory(bytes: limit), kept: kept)
        return try RotatingLog(directory: directory.path, name: "stdout", limits: limits)
    }

    private func rename(_ from: String, _ to: String) throws {
        try FileManager.default.moveItem(atPath: directory.path + "/" + from, toPath: directory.path + "/" + to)
    }

    private func reason(_ log: RotatingLog) -> BulkheadError.Reason? {
        let error = #expect(throws: BulkheadError.self) { try log.append([1]) }
        return error?.reason
    }

    /// Each file system state that append and rotation go through, made by hand: a stream of which `written` bytes
    /// arrived, with and without the rename, with and without the pruning.
    @Test(arguments: 0...30, [false, true]) func anyStateTellsTheOffset(_ written: Int, _ isRenamed: Bool) throws {
        let before = max(0, (written - 1) / 10 * 10)
        for begin in stride(from: 0, to: before, by: 10) {
            _ = try directory.file("stdout.\(begin)", text[begin..<begin + 10])
        }
        if written > 0 { _ = try directory.file("stdout", text[before..<written]) }
        // The rename comes when the file is full; after it there is no live file.
        if isRenamed && written > 0 && written % 10 == 0 { try rename("stdout", "stdout.\(before)") }
        let log = try open()
        #expect(log.offset == UInt64(written))
        try log.append(Array(text[written...]))
        #expect(log.offset == 30)
        let kept = try reader.kept()
        #expect(kept.end == 30 && kept.bytes == text.suffix(kept.bytes.count) && kept.bytes.count >= 20)
        #expect(try reader.files().count <= 3)
    }

    /// Processes die by SIGKILL at random places while they follow; the last one finds the stream whole.
    @Test func killedFollowersLoseAndDoubleNothing() async throws {
        let bytes = (0..<2_000_000).map { UInt8(truncatingIfNeeded: ($0 &* 31) ^ ($0 >> 9)) }
        let spool = try directory.file("spool", bytes)
        var inMidStream = 0
        for round in 0..<20 {
            let (path, delay) = (directory.path, UInt32(500 + 700 * (round % 7)))
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, delay = delay as UInt32, spool = spool as String] in
                let log = try RotatingLog(
                    directory: path, name: "stdout", limits: LogLimits(fileSize: Memory(bytes: 1000), kept: 3))
                Thread.detachNewThread {
                    usleep(delay)
                    kill(getpid(), SIGKILL)
                }
                try RotatingLogCrashTests.follow(spool, into: log)
                while true { pause() }
            }
            let offset = try open(1000, kept: 3).offset
            if offset > 0 && offset < bytes.count { inMidStream += 1 }
        }
        #expect(inMidStream >= 5)
        try RotatingLogCrashTests.follow(spool, into: open(1000, kept: 3))
        let kept = try reader.kept()
        #expect(kept.end == bytes.count && kept.bytes == Array(bytes.suffix(kept.bytes.count)))
        #expect(kept.bytes.count >= 3000)
    }

    /// From where the log ends to the end of the stream, in small pieces.
    private static func follow(_ spool: String, into log: RotatingLog) throws {
        let bytes = try Data(contentsOf: URL(filePath: spool))
        while log.offset < bytes.count { try log.append([UInt8](bytes[Int(log.offset)...].prefix(1237))) }
    }

    @Test(arguments: ["stdout", "directory"]) func removalIsNamed(_ what: String) throws {
        let log = try open()
        try log.append([1, 2, 3])
        let path = what == "stdout" ? directory.path + "/stdout" : directory.path
        try FileManager.default.removeItem(atPath: path)
        #expect(reason(log) == .stateUnusable)
        #expect(log.offset == 3)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aDirectoryReplacedByALinkGetsNothing() throws {
        let (other, moved) = (TemporaryDirectory(), directory.path + "-moved")
        let log = try open()
        try log.append([1])
        try FileManager.default.moveItem(atPath: directory.path, toPath: moved)
        defer { try? FileManager.default.removeItem(atPath: moved) }
        try FileManager.default.createSymbolicLink(atPath: directory.path, withDestinationPath: other.path)
        defer { unlink(directory.path) }
        #expect(reason(log) == .stateUnusable)
        #expect(throws: BulkheadError.self) { try open() }
        #expect(try FileManager.default.contentsOfDirectory(atPath: other.path).isEmpty)
        #expect(try Data(contentsOf: URL(filePath: moved + "/stdout")).count == 1)
    }

    @Test(arguments: ["symbolic", "hard", "pipe", "directory"]) func onlyAFileOfItsOwnIsWritten(_ kind: String) throws {
        let target = try directory.file("target", [7])
        let live = directory.path + "/stdout"
        func plant() throws {
            switch kind {
            case "symbolic": try FileManager.default.createSymbolicLink(atPath: live, withDestinationPath: target)
            case "hard": try FileManager.default.linkItem(atPath: target, toPath: live)
            case "pipe": try #require(mkfifo(live, 0o600) == 0)
            default: try FileManager.default.createDirectory(atPath: live, withIntermediateDirectories: false)
            }
        }
        try plant()
        #expect(throws: BulkheadError.self) { try open() }
        try FileManager.default.removeItem(atPath: live)
        let log = try open()
        try FileManager.default.removeItem(atPath: live)
        try plant()
        #expect(reason(log) == .stateUnusable)
        #expect(try Data(contentsOf: URL(filePath: target)) == Data([7]))
    }

    @Test func aLogThatSomebodyElseChangedIsNamed() throws {
        let log = try open()
        try log.append([1, 2, 3])
        try #require(truncate(directory.path + "/stdout", 1) == 0)
        #expect(reason(log) == .stateUnusable)
        #expect(try open().offset == 1)
    }
}

extension RotatingLogCrashTests {
    @Test(.enabled(if: PrivateMounts.isAvailable, "takes the right to mount")) func aFullDiskIsCountedTruthfully()
        throws
    {
        let path = directory.path
        try PrivateMounts.withDisk(at: path, options: "size=64k") {
            let limits = LogLimits(fileSize: .kibibytes(20), kept: 9)
            let log = try RotatingLog(directory: path, name: "stdout", limits: limits)
            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let error = #expect(throws: BulkheadError.self) { try log.append(bytes) }
            #expect(error?.reason == .diskFull)
            let reader = LogReader(directory: path, name: "stdout")
            let kept = try reader.kept()
            #expect(log.offset == kept.end && kept.end > 50_000 && kept.bytes == bytes[..<kept.bytes.count].map { $0 })
            #expect(try RotatingLog(directory: path, name: "stdout", limits: limits).offset == log.offset)
            // With space again, the stream goes on where it stopped.
            let smaller = LogLimits(fileSize: .kibibytes(20), kept: 1)
            let next = try RotatingLog(directory: path, name: "stdout", limits: smaller)
            try next.append(Array(bytes[Int(next.offset)...]))
            let after = try reader.kept()
            #expect(after.end == 100_000 && after.bytes == bytes.suffix(after.bytes.count))
        }
    }

    @Test(.enabled(if: PrivateMounts.isAvailable, "takes the right to mount")) func aReadOnlyDiskIsNamed() throws {
        let path = directory.path
        try PrivateMounts.withReadOnly(path) {
            let error = #expect(throws: BulkheadError.self) { try RotatingLog(directory: path, name: "stdout") }
            #expect(error?.reason == .stateUnusable && error?.detail.contains("Read-only") == true)
        }
    }
}

import Foundation
import Glibc
import Isolation
import TestSupport
import Testing

@testable import HostIsolation

struct FileChangesTests {
    private let directory = TemporaryDirectory()

    private func follow(_ path: String, until ended: Once<Void>) -> Task<[UInt8], any Error> {
        Task {
            let taken = Taken()
            try await Spool(path: path).follow(from: 0, until: ended) { await taken.add($0) }
            return await taken.bytes
        }
    }

    /// More files than a user may have inotify instances.
    @Test(.timeLimit(.minutes(1))) func manyFilesAreFollowedAtATime() async throws {
        let limit = try String(contentsOfFile: "/proc/sys/fs/inotify/max_user_instances", encoding: .utf8)
        let count = min(try #require(Int(limit.trimmingCharacters(in: .whitespacesAndNewlines))), 1000) + 50
        let ended = Once<Void>()
        var readers: [(Descriptor, Task<[UInt8], any Error>)] = []
        for number in 0..<count {
            let path = directory.path + "/\(number)"
            readers.append((try Spool(path: path).create(), follow(path, until: ended)))
        }
        for (number, reader) in readers.enumerated() { try await reader.0.write(Array("\(number)".utf8)) }
        try await Task.sleep(for: .milliseconds(200))
        for (number, reader) in readers.enumerated() { try await reader.0.write(Array(" again \(number)".utf8)) }
        ended.fulfil(.success(()))
        for (number, reader) in readers.enumerated() {
            #expect(try await reader.1.value == Array("\(number) again \(number)".utf8))
        }
    }

    @Test(.timeLimit(.minutes(1))) func eachBellOfAFileRingsAndStaysWhenAnotherGoes() async throws {
        let path = try directory.file("file", [])
        let writer = try Descriptor(path, O_WRONLY | O_APPEND)
        let one = try FileChanges.bell(for: path)
        do {
            let other = try FileChanges.bell(for: path)
            try await writer.write([1])
            try await one.rings()
            try await other.rings()
        }
        try await writer.write([2])
        try await one.rings()
    }
}

private actor Taken {
    private(set) var bytes: [UInt8] = []
    func add(_ more: [UInt8]) { bytes += more }
}

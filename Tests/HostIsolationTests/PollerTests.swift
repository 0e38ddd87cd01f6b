import Foundation
import Glibc
import TestSupport
import Testing

@testable import HostIsolation

@Suite struct PollerTests {
    @Test(.timeLimit(.minutes(1))) func bytesAndTheEndOfAStreamAreToldOf() async throws {
        var pipe: (ours: Descriptor, theirs: Descriptor)? = try Descriptor.pipe(.reads)
        let reader = try #require(pipe).ours
        async let ready: Void = reader.becomes(.readable)
        try await pipe?.theirs.write(Array("x".utf8))
        try await ready
        #expect(try reader.readNow(upTo: 9) == Array("x".utf8))
        async let ended: Void = reader.becomes(.readable)
        pipe = nil
        try await ended
        #expect(try reader.readNow(upTo: 9) == [])
    }

    @Test(.timeLimit(.minutes(1))) func aFileIsAlwaysReady() async throws {
        let here = TemporaryDirectory()
        try await Descriptor(here.path + "/file", O_RDWR | O_CREAT, mode: 0o600).becomes(.readable)
    }

    @Test(.timeLimit(.minutes(1))) func twoMayWaitForOneDescriptor() async throws {
        let (reader, writer) = try Descriptor.pipe(.reads)
        async let first: Void = reader.becomes(.readable)
        async let second: Void = reader.becomes(.readable)
        try await writer.write([1])
        try await first
        try await second
    }

    /// Waits that begin, end and are given up at the same time, as many short commands make them.
    @Test(.timeLimit(.minutes(2))) func noneOfManyIsLost() async throws {
        for _ in 0..<20 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<100 { group.addTask { try await waits(number) } }
                try await group.waitForAll()
            }
        }
    }

    private func waits(_ number: Int) async throws {
        let (reader, writer) = try Descriptor.pipe(.reads)
        let wait = Task { try await reader.becomes(.readable) }
        if number % 3 == 0 { await Task.yield() }
        if number % 2 == 0 { try await writer.write([1]) } else { wait.cancel() }
        switch await wait.result {
        case .success: #expect(number % 2 == 0, "a wait that was given up is told as ready")
        case .failure: #expect(number % 2 == 1, "bytes came and the wait failed")
        }
    }
}

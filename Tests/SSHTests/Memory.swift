import Foundation
import Glibc
import Synchronization

/// Resident memory of this process, in bytes.
func residentMemory() -> Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
        let number = line.split(whereSeparator: \.isWhitespace).dropFirst().first, let kibibytes = Int(number)
    else { return 0 }
    return kibibytes << 10
}

/// Runs the body of a test that has a process of its own, and ends that process while other threads still run.
func alone(_ body: () async throws -> Void) async throws -> Never {
    try await body()
    _exit(0)
}

/// The most that the process grew by while `body` ran, in bytes: for a test that has a process of its own.
func memoryGrowth(_ body: @escaping @Sendable () async throws -> Void) async throws -> Int {
    let before = residentMemory()
    return try await withThrowingTaskGroup(of: Int?.self) { group in
        group.addTask {
            var most = before
            while !Task.isCancelled {
                most = max(most, residentMemory())
                try? await Task.sleep(for: .milliseconds(5))
            }
            return most - before
        }
        group.addTask {
            try await body()
            return nil
        }
        var growth = 0
        while let result = try await group.next() {
            if let result { growth = result } else { group.cancelAll() }
        }
        return growth
    }
}

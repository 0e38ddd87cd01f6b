import Foundation
import Synchronization

/// A directory of one test's own, gone with it; at the latest with the process, as a test in which something hangs on
/// purpose never lets go of it.
public final class TemporaryDirectory: Sendable {
    public let path: String

    /// All that there ever were: what is still being ended may write once more after its directory is gone.
    private static let made: Mutex<Set<String>> = {
        atexit {
            for path in TemporaryDirectory.made.withLock({ $0 }) { TemporaryDirectory.remove(path) }
        }
        return Mutex([])
    }()

    public init() {
        let path = FileManager.default.temporaryDirectory.path + "/bulkhead-test-" + UUID().uuidString
        self.path = path
        _ = TemporaryDirectory.made.withLock { $0.insert(path) }
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { Self.remove(path) }

    /// Removing fails where somebody makes or removes a file in it at the same time, as SQLite does.
    private static func remove(_ path: String) {
        for _ in 0..<10 where FileManager.default.fileExists(atPath: path) {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    /// Writes a file and returns its path.
    public func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }
}

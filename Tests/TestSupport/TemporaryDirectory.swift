import Foundation
import Synchronization

/// A directory of one test's own, gone with it; at the latest with the process, as a test in which something hangs on
/// purpose never lets go of it.
public final class TemporaryDirectory: Sendable {
    public let path: String

    private static let open: Mutex<Set<String>> = {
        atexit {
            for path in TemporaryDirectory.open.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
        }
        return Mutex([])
    }()

    public init() {
        let path = FileManager.default.temporaryDirectory.path + "/bulkhead-test-" + UUID().uuidString
        self.path = path
        _ = TemporaryDirectory.open.withLock { $0.insert(path) }
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // Fails where SQLite removes a file of its own at the same time.
        for _ in 0..<10 where FileManager.default.fileExists(atPath: path) {
            try? FileManager.default.removeItem(atPath: path)
        }
        guard !FileManager.default.fileExists(atPath: path) else { return }
        _ = TemporaryDirectory.open.withLock { $0.remove(path) }
    }

    /// Writes a file and returns its path.
    public func file(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }
}

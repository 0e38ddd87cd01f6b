import Foundation
import Glibc
import Isolation
import VMIsolation

/// One agent for each work directory, for as long as its process lives.
struct WorkDirectoryLock {
    private let lock: FileLock

    /// - Throws: ``BulkheadError`` with `stateUnusable` that names the process which holds it.
    init(_ directory: String) throws(BulkheadError) {
        let (path, note) = (directory + "/agent.lock", directory + "/agent.pid")
        guard let lock = try FileLock.take(path) else {
            let holder = FileManager.default.contents(atPath: note).map { String(decoding: $0, as: UTF8.self) }
            throw BulkheadError(
                .stateUnusable, "--work_dir \(directory)",
                "another agent runs on it, process \(holder?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown")",
                remedy: "end that one, or give this one a directory of its own")
        }
        self.lock = lock
        try PrivateFile.replace(note, with: Array("\(getpid())\n".utf8))
    }

    /// The lock's file stays: who waits for it must find the same one.
    func end() { withExtendedLifetime(lock) {} }
}

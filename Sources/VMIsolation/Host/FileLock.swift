import Glibc
package import Isolation
import Synchronization

/// Held for as long as a process looks after something; the kernel gives it back when the process dies, however it
/// dies. Who can take it knows that nobody does.
package final class FileLock: Sendable {
    private let path: String
    private let descriptor: Int32
    private let isRemoved = Atomic(false)

    /// Waits for nobody.
    ///
    /// - Returns: nil where another process holds it.
    package static func take(_ path: String) throws(BulkheadError) -> FileLock? {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else {
                throw BulkheadError(
                    .stateUnusable, path, String(cString: strerror(errno)), remedy: "see bulkhead doctor")
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                return nil
            }
            // Its last holder may have removed the file since we opened it: then this lock guards nothing.
            var held = stat()
            var named = stat()
            if fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino {
                return FileLock(path: path, descriptor: descriptor)
            }
            close(descriptor)
        }
    }

    /// Whether somebody looks after what it stands for. Makes no file, and others may ask at the same time.
    static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }

    /// Leaves a word for whoever holds it. The file is as old as that right, and so is what was left in it.
    ///
    /// - Returns: false where nobody holds it, or the disk is full.
    @discardableResult
    static func leave(_ word: String, at path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let line = Array("\(word)\n".utf8)
        return Glibc.write(descriptor, line, line.count) == line.count
    }

    /// Whether somebody has left this word.
    func has(_ word: String) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        return bytes[..<count].split(separator: UInt8(ascii: "\n")).contains { $0.elementsEqual(word.utf8) }
    }

    /// Takes it as soon as it is free.
    static func wait(_ path: String, limit: Duration) async throws -> FileLock {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if let lock = try take(path) { return lock }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw BulkheadError(.stateUnusable, path, "another process held it for \(limit)", remedy: "try again")
    }

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Ends the thing it stands for; the file goes while it is still held. Once: what has its name later is another's.
    func remove() {
        if !isRemoved.exchange(true, ordering: .relaxed) { unlink(path) }
    }

    deinit { close(descriptor) }
}

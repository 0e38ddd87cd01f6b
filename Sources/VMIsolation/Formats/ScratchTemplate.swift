import Glibc
import Isolation

/// A template that is being made, under a name of its own, which is gone when its owner lets go.
///
/// It stays locked meanwhile. The kernel unlocks it when the process dies: what is there and unlocked is a leftover.
final class ScratchTemplate: Sendable {
    private static let prefix = Array(".making-".utf8)

    private let directory: OpenFile
    private let directoryPath: String
    private let name: [UInt8]
    private let file: OpenFile
    private let size: Memory

    init(in directory: OpenFile, _ path: String, _ size: Memory) throws(BulkheadError) {
        self.directory = directory
        self.size = size
        directoryPath = path
        (name, file) = try SystemCallError.writing("directory \(path)") {
            try ScratchTemplate.removeLeftovers(in: directory)
            return try ScratchTemplate.lockedFile(in: directory)
        }
    }

    private static func lockedFile(in directory: OpenFile) throws(SystemCallError) -> ([UInt8], OpenFile) {
        while true {
            let name = prefix + Array(String(UInt64.random(in: .min ... .max), radix: 36).utf8)
            let file = try OpenFile(name, in: directory, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
            try SystemCallError.check("flock") { flock(file.descriptor, LOCK_EX) }
            // Between the two somebody else may have taken it for a leftover.
            if try file.status().st_nlink > 0 { return (name, file) }
        }
    }

    deinit { _ = name.withCString { unlinkat(directory.descriptor, $0, 0) } }

    func format(with tools: FileSystemTools) async throws {
        try grow()
        let path = directoryPath + "/" + RawText.encode(name)
        try await tools.makeExt4(path, size)
    }

    private func grow() throws(BulkheadError) {
        try SystemCallError.writing("scratch disk template of \(size)") {
            do {
                try SystemCallError.check("ftruncate") { ftruncate(file.descriptor, off_t(size.bytes)) }
            } catch let error as SystemCallError where error.code == EFBIG {
                throw badSize(size, "the host's file system has no files that large")
            }
        }
    }

    /// Gives the template its name once it is on disk, so that no crash of the host leaves half of one.
    ///
    /// Another process may have been faster: then its template is replaced by its like.
    /// - Returns: the template, marked as in use; it may be evicted as soon as it has its name.
    func publish(as name: [UInt8]) throws(BulkheadError) -> OpenFile {
        try SystemCallError.writing("directory \(directoryPath)") {
            try SystemCallError.check("fsync") { fsync(file.descriptor) }
            try directory.rename(self.name, to: name)
        }
        // Not before: changing the lock's kind gives it up for a moment.
        ScratchDisks.markUse(of: file)
        return file
    }

    private static func removeLeftovers(in directory: OpenFile) throws(SystemCallError) {
        for name in try directory.names() where name.starts(with: prefix) {
            // Gone already, or not ours: neither is in the way.
            guard let file = try? OpenFile(name, in: directory, O_RDWR | O_NOFOLLOW | O_NONBLOCK) else { continue }
            if flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 {
                _ = name.withCString { unlinkat(directory.descriptor, $0, 0) }
            }
        }
    }
}

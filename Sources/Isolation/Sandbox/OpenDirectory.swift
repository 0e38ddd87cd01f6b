package import Glibc

/// A directory that was opened once: what is reached through it is in it, whatever its path leads to by now.
package final class OpenDirectory: Sendable {
    package struct Entry {
        package let name: String
        package let status: stat

        /// On the disk.
        var allocated: UInt64 { UInt64(status.st_blocks) * 512 }
        package var isRegular: Bool { status.st_mode & S_IFMT == S_IFREG }
        package var isDirectory: Bool { status.st_mode & S_IFMT == S_IFDIR }
        /// Nanoseconds since 1970.
        var changed: Int { status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec }
    }

    let path: String
    let descriptor: Int32

    /// - Throws: ``BulkheadError`` with `stateUnusable`, for a link too.
    package convenience init(_ path: String) throws(BulkheadError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw BulkheadError.storing("directory \(path)", errno) }
        self.init(path, owning: descriptor)
    }

    private init(_ path: String, owning descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// A directory within; links are not followed.
    ///
    /// - Returns: nil where there is nothing of that name.
    package func directory(_ name: String) throws(BulkheadError) -> OpenDirectory? {
        let descriptor = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor >= 0 { return OpenDirectory("\(path)/\(name)", owning: descriptor) }
        guard errno == ENOENT else { throw failure(name) }
        return nil
    }

    /// - Returns: nil where there is nothing of that name.
    package func status(of name: String) throws(BulkheadError) -> stat? {
        var status = stat()
        if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return status }
        guard errno == ENOENT else { throw failure(name) }
        return nil
    }

    func status() throws(BulkheadError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw BulkheadError.storing("directory \(path)", errno) }
        return status
    }

    /// The path leads here still, and not by a link in its last part.
    func checkPlace() throws(BulkheadError) {
        var named = stat()
        guard lstat(path, &named) == 0 else { throw BulkheadError.storing("directory \(path)", errno) }
        guard named.isSame(as: try status()) else {
            throw BulkheadError(
                .stateUnusable, "directory \(path)", "something else was put in its place",
                remedy: "find out who did that; nothing was written to what is there now")
        }
    }

    /// Everything in it, in no order.
    ///
    /// - Parameter limit: of entries; with more of them a sandbox cannot be counted.
    package func entries(limit: Int) throws(BulkheadError) -> [Entry] {
        let again = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard again >= 0, let stream = fdopendir(again) else {
            let code = errno
            if again >= 0 { close(again) }
            throw BulkheadError.storing("directory \(path)", code)
        }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != "..", let status = try status(of: name) else { continue }
            guard entries.count < limit else { throw Sandbox.tooMany(in: path) }
            entries.append(Entry(name: name, status: status))
        }
        return entries
    }

    /// Opens a file within for reading; links are not followed, and nothing but a regular file is opened.
    ///
    /// - Returns: nil where there is none of that name, or something else.
    package func file(_ name: String) throws(BulkheadError) -> Int32? {
        // A pipe or a device is not even touched.
        guard let status = try status(of: name), status.st_mode & S_IFMT == S_IFREG else { return nil }
        let descriptor = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ELOOP { return nil }
            throw failure(name)
        }
        var opened = stat()
        guard fstat(descriptor, &opened) == 0, opened.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Of the system call that was made just now.
    func failure(_ name: String) -> BulkheadError { BulkheadError.storing("\(path)/\(name)", errno) }
}

extension stat {
    func isSame(as other: stat) -> Bool { st_ino == other.st_ino && st_dev == other.st_dev }
}

extension BulkheadError {
    /// A failed call on what we store, in the system's own words.
    static func storing(_ subject: String, _ code: Int32) -> BulkheadError {
        let words = String(cString: strerror(code))
        switch code {
        case ENOSPC, EDQUOT, EFBIG:
            return BulkheadError(.diskFull, subject, words, remedy: "free space there")
        case ELOOP, ENOTDIR:
            return BulkheadError(
                .stateUnusable, subject, "\(words): a link or a file is in its place",
                remedy: "find out who put it there; links are never followed")
        default:
            return BulkheadError(
                .stateUnusable, subject, words,
                remedy: "see that it exists, and that its owner and permissions are right")
        }
    }
}

import Glibc

/// The files of one ``RotatingLog``, for one task at a time.
struct LogFiles: ~Copyable {
    private let directory: OpenDirectory
    private let name: String
    private let limits: LogLimits
    /// Where rotated files begin, oldest first.
    private var rotations: [UInt64] = []
    /// Where the live file begins.
    private var start: UInt64 = 0
    private var size: UInt64 = 0
    /// The live file; nil between a rotation and the next append.
    private var live: Int32?

    init(_ directory: OpenDirectory, _ name: String, _ limits: LogLimits) throws(BulkheadError) {
        self.directory = directory
        self.name = name
        self.limits = limits
        for entry in try directory.entries(limit: Sandbox.mostEntries) where entry.isRegular {
            guard let begin = Self.beginning(entry.name, of: name) else { continue }
            rotations.append(begin)
            if begin >= start { (start, size) = (begin, UInt64(entry.status.st_size)) }
        }
        rotations.sort()
        (start, size) = (start + size, 0)
        try prune()
        try openLive(O_CREAT)
    }

    deinit { if let live { close(live) } }

    var offset: UInt64 { start + size }

    mutating func append(_ bytes: [UInt8]) throws(BulkheadError) {
        guard !bytes.isEmpty else { return }
        try directory.checkPlace()
        if let live { try check(live) }
        var written = 0
        while written < bytes.count {
            guard let live else {
                try openLive(O_CREAT | O_EXCL)
                continue
            }
            guard size < limits.fileSize.bytes else {
                try rotate(live)
                continue
            }
            let end = written + Int(min(UInt64(bytes.count - written), limits.fileSize.bytes - size))
            let count = bytes[written..<end].withUnsafeBytes { write(live, $0.baseAddress, $0.count) }
            guard count > 0 else {
                if count < 0 && errno == EINTR { continue }
                throw directory.failure(name)
            }
            written += count
            size += UInt64(count)
        }
    }

    /// One rename moves the bytes' place from the live file's name to the rotated one's; before and after it, names and
    /// sizes tell the same offset.
    private mutating func rotate(_ live: Int32) throws(BulkheadError) {
        guard renameat(directory.descriptor, name, directory.descriptor, "\(name).\(start)") == 0 else {
            throw directory.failure(name)
        }
        close(live)
        self.live = nil
        rotations.append(start)
        (start, size) = (start + size, 0)
        try prune()
        try openLive(O_CREAT | O_EXCL)
    }

    private mutating func prune() throws(BulkheadError) {
        while rotations.count > limits.kept {
            let oldest = "\(name).\(rotations[0])"
            guard unlinkat(directory.descriptor, oldest, 0) == 0 || errno == ENOENT else {
                throw directory.failure(oldest)
            }
            rotations.removeFirst()
        }
    }

    /// Without `O_NONBLOCK` a pipe in the file's place would hold us up.
    private mutating func openLive(_ flags: Int32) throws(BulkheadError) {
        let flags = flags | O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let descriptor = openat(directory.descriptor, name, flags, 0o600)
        guard descriptor >= 0 else { throw directory.failure(name) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
            close(descriptor)
            throw misplaced("something that is no file of its own is in its place")
        }
        live = descriptor
        size = UInt64(status.st_size)
    }

    /// What we write is what the name leads to, and as long as we left it.
    private func check(_ live: Int32) throws(BulkheadError) {
        var status = stat()
        guard fstat(live, &status) == 0, let named = try directory.status(of: name), named.isSame(as: status) else {
            throw misplaced("it was removed or replaced")
        }
        guard UInt64(status.st_size) == size else {
            throw misplaced("somebody changed it: it has \(status.st_size) bytes, of which we wrote \(size)")
        }
    }

    private func misplaced(_ why: String) -> BulkheadError {
        BulkheadError(
            .stateUnusable, "log \(directory.path)/\(name)", why,
            remedy: "leave a log alone while its container lives; what was written elsewhere: nothing")
    }

    /// - Returns: nil for a name that is none of a rotated file of this log.
    static func beginning(_ file: String, of name: String) -> UInt64? {
        guard file.hasPrefix(name + ".") else { return nil }
        let digits = file.dropFirst(name.count + 1)
        // Up to 18 digits: what is added to it does not overflow.
        guard digits.count <= 18, let begin = UInt64(digits), "\(begin)" == digits else { return nil }
        return begin
    }
}

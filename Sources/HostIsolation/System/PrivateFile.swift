import Glibc

/// Files of ours that nobody else reads, and that are whole or not there.
enum PrivateFile {
    /// Writes beside, then renames.
    static func replace(_ path: String, with bytes: [UInt8]) throws(HostCallError) {
        unlink(path + ".new")
        let file = try Descriptor(path + ".new", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        var rest = bytes[...]
        while !rest.isEmpty { rest = rest.dropFirst(try file.writeNow(rest) ?? 0) }
        try HostCallError.check("rename \(path)") { rename(path + ".new", path) }
    }

    /// Removes a file; one that is gone is fine.
    static func remove(_ path: String) throws(HostCallError) {
        do throws(HostCallError) { try HostCallError.check("remove \(path)") { unlink(path) } } catch {
            guard error.code == ENOENT || error.code == ENOTDIR else { throw error }
        }
    }
}

import Glibc

/// Files of ours that nobody else reads, and that are whole or not there.
package enum PrivateFile {
    /// Writes beside, then renames.
    ///
    /// - Throws: ``BulkheadError`` with `diskFull` or `fileUnwritable`.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(BulkheadError) {
        let fresh = path + ".new"
        try SystemCallError.writing("file \(path)") {
            unlink(fresh)
            let descriptor = try SystemCallError.check("open") {
                open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
            }
            defer { close(descriptor) }
            var written = 0
            while written < bytes.count {
                written += try SystemCallError.check("write") {
                    bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                }
            }
            try SystemCallError.check("rename") { rename(fresh, path) }
        }
    }

    /// Removes a file; one that is gone is fine.
    package static func remove(_ path: String) throws(BulkheadError) {
        try SystemCallError.writing("file \(path)") {
            do throws(SystemCallError) { try SystemCallError.check("remove") { unlink(path) } } catch {
                guard error.code == ENOENT || error.code == ENOTDIR else { throw error }
            }
        }
    }
}

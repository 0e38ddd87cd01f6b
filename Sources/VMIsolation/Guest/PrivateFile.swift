import Glibc
import Isolation

/// Files that only their owner may read, from the first moment on.
enum PrivateFile {
    /// - Throws: ``BulkheadError`` with `diskFull` or `fileUnwritable`.
    static func write(_ bytes: [UInt8], to path: String) throws(BulkheadError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw failure(path, errno) }
            written += max(0, count)
        }
    }

    static func failure(_ path: String, _ number: Int32) -> BulkheadError {
        let full = number == ENOSPC || number == EDQUOT
        return BulkheadError(
            full ? .diskFull : .fileUnwritable, path, String(cString: strerror(number)),
            remedy: full ? "free space there, or set BULKHEAD_STATE_DIR to a larger disk" : "see bulkhead doctor")
    }
}

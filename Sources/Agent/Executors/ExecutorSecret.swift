import Crypto
import FoundationEssentials
import Glibc
public import Isolation

/// Signs the executors' tokens. Kept in a file of the working directory, so that they hold after a restart.
public struct ExecutorSecret: Sendable, CustomStringConvertible, CustomReflectable {
    let key: SymmetricKey

    /// Reads the secret, or makes one at the first start.
    ///
    /// - Throws: ``BulkheadError`` with `stateUnusable` for a file that is no secret or that others may read, `diskFull` or
    ///   `fileUnwritable`.
    public init(path: String) throws(BulkheadError) {
        var status = stat()
        if lstat(path, &status) != 0 {
            let key = SymmetricKey(size: .bits256)
            try PrivateFile.replace(path, with: key.withUnsafeBytes { Array($0) })
            self.key = key
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw Self.unusable(path, "others may read or change it", "remove it: executors that run now are lost then")
        }
        guard let bytes = FileManager.default.contents(atPath: path), bytes.count == 32 else {
            throw Self.unusable(path, "it does not hold 32 bytes", "remove it: executors that run now are lost then")
        }
        key = SymmetricKey(data: bytes)
    }

    private static func unusable(_ path: String, _ why: String, _ remedy: String) -> BulkheadError {
        BulkheadError(.stateUnusable, "executors' secret \(path)", why, remedy: remedy)
    }

    public var description: String { "<secret>" }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

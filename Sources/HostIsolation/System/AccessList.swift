import CLinux
import Glibc
package import Isolation

/// Who may do what with a file, beyond its owner and mode: one more user.
/// Source: Linux, `include/uapi/linux/posix_acl_xattr.h`.
package struct AccessList {
    package enum Right: UInt16 {
        case read = 4
        case readAndWrite = 6
    }

    private static let nobody = UInt32.max
    private let bytes: [UInt8]

    /// The owner reads and writes, `user` has this right, nobody else has any.
    package init(_ right: Right, of user: UInt32) {
        // Tag, rights and user: owner, named user, group, the most that named ones get, all others.
        let entries: [(UInt16, UInt16, UInt32)] = [
            (0x01, 6, Self.nobody), (0x02, right.rawValue, user), (0x04, 0, Self.nobody),
            (0x10, right.rawValue, Self.nobody), (0x20, 0, Self.nobody),
        ]
        bytes = entries.reduce(into: Self.bytes(UInt32(2))) { bytes, entry in
            bytes += Self.bytes(entry.0) + Self.bytes(entry.1) + Self.bytes(entry.2)
        }
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    /// - Returns: false where the file system has no such lists.
    package func set(on path: String) throws(BulkheadError) -> Bool {
        if setxattr(path, "system.posix_acl_access", bytes, bytes.count, 0) == 0 { return true }
        let error = SystemCallError(call: "setxattr", code: errno)
        if error.code == EOPNOTSUPP { return false }
        return try SystemCallError.writing("access rights of \(path)") { throw error }
    }
}

import Glibc
import Isolation
import Synchronization

/// One file or directory as the file calls show it.
struct SandboxFile {
    /// The full virtual path.
    var path: String
    var status: stat

    var owner: String { Self.names.withLock { _ in Self.name(getpwuid(status.st_uid)?.pointee.pw_name, status.st_uid) } }
    var group: String { Self.names.withLock { _ in Self.name(getgrgid(status.st_gid)?.pointee.gr_name, status.st_gid) } }

    /// The C library answers one at a time.
    private static let names = Mutex(())

    private static func name(_ text: UnsafeMutablePointer<CChar>?, _ number: UInt32) -> String {
        text.map { String(cString: $0) } ?? "\(number)"
    }

    /// `-rw-r--r--`
    var modeText: String {
        let kinds: [mode_t: Character] = [
            S_IFDIR: "d", S_IFLNK: "l", S_IFIFO: "p", S_IFSOCK: "s", S_IFCHR: "c", S_IFBLK: "b",
        ]
        var text = String(kinds[status.st_mode & S_IFMT] ?? "-")
        for (number, letter) in "rwxrwxrwx".enumerated() {
            text.append(status.st_mode & (1 << (8 - UInt32(number))) == 0 ? "-" : letter)
        }
        return text
    }
}

/// An open regular file of a sandbox, closed with the last reference.
final class OpenSandboxFile: Sendable {
    private let descriptor: Int32

    init(owning descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }

    var size: UInt64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? UInt64(status.st_size) : 0
    }

    /// - Returns: up to so many bytes; none beyond the end.
    func read(at offset: UInt64, upTo count: Int) -> [UInt8] {
        guard offset <= UInt64(Int.max), count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(descriptor, buffer.baseAddress, buffer.count, Int(offset)))
        }
    }
}

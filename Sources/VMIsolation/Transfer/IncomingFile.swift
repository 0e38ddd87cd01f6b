import Glibc
import Isolation

/// A regular file that is being written under a name of its own and takes its place in one step.
///
/// Unless it is committed, it is gone when its owner lets go.
final class IncomingFile: Sendable {
    private let directory: OpenFile
    private let file: OpenFile
    private let temporary: [UInt8]

    /// - Parameter mode: the process' umask is taken off.
    init(in directory: OpenFile, mode: mode_t) throws(SystemCallError) {
        self.directory = directory
        let name = IncomingFile.freshName()
        temporary = name
        file = try OpenFile(name, in: directory, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
    }

    deinit { _ = temporary.withCString { unlinkat(directory.descriptor, $0, 0) } }

    func write(_ bytes: ArraySlice<UInt8>) throws(SystemCallError) { try file.write(bytes) }

    /// Gives the file its time and its name, replacing a file or a link there. At most once.
    func commit(as name: [UInt8], modified: Int64) throws(SystemCallError) {
        let times = [timespec(tv_sec: Int(modified), tv_nsec: 0), timespec(tv_sec: Int(modified), tv_nsec: 0)]
        // A time that the file system cannot keep is no reason to lose the file.
        _ = futimens(file.descriptor, times)
        try directory.rename(temporary, to: name)
    }

    /// A name that nobody has: the archive cannot foresee it.
    static func freshName() -> [UInt8] {
        Array(".bulkhead-\(String(UInt64.random(in: .min ... .max), radix: 36))".utf8)
    }
}

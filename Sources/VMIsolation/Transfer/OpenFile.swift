import Glibc
import Isolation

/// A file descriptor, closed when its last user lets go.
final class OpenFile: Sendable {
    let descriptor: Int32

    init(owning descriptor: Int32) { self.descriptor = descriptor }
    deinit { close(descriptor) }

    /// Opens `name`, one component or a whole path, in a directory.
    ///
    /// - Parameter directory: nil for the working directory.
    convenience init(
        _ name: [UInt8], in directory: OpenFile? = nil, _ flags: Int32, mode: mode_t = 0
    ) throws(SystemCallError) {
        let parent = directory?.descriptor ?? AT_FDCWD
        self.init(
            owning: try SystemCallError.check("open") {
                name.withCString { openat(parent, $0, flags | O_CLOEXEC, mode) }
            })
    }

    func status() throws(SystemCallError) -> stat {
        var result = stat()
        try SystemCallError.check("stat") { fstat(descriptor, &result) }
        return result
    }

    /// Status of what `name` is in this directory, a link's own where it is one.
    func status(of name: [UInt8]) throws(SystemCallError) -> stat {
        var result = stat()
        try SystemCallError.check("stat") { name.withCString { fstatat(descriptor, $0, &result, AT_SYMLINK_NOFOLLOW) } }
        return result
    }

    func write(_ bytes: ArraySlice<UInt8>) throws(SystemCallError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = try SystemCallError.check("write") {
                rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Appends what is read at `offset`, up to `limit` bytes.
    ///
    /// - Returns: how many were read; 0 at the end of the file.
    func read(at offset: Int64, upTo limit: Int, into bytes: inout [UInt8]) throws(SystemCallError) -> Int {
        let chunk = try readChunk(at: offset, upTo: limit)
        bytes += chunk
        return chunk.count
    }

    private func readChunk(at offset: Int64, upTo limit: Int) throws(SystemCallError) -> [UInt8] {
        var failure: SystemCallError?
        let chunk = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            do throws(SystemCallError) {
                count = try SystemCallError.check("read") {
                    pread(descriptor, buffer.baseAddress, limit, off_t(offset))
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return chunk
    }
}

extension stat {
    var kind: mode_t { st_mode & S_IFMT }
}

extension [UInt8] {
    /// The bytes as C wants a path. They hold no zero byte: whoever takes them from outside has checked.
    func withCString<Value>(_ body: (UnsafePointer<CChar>) -> Value) -> Value {
        (self + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                // Never empty: the zero was just added.
                text.baseAddress.map(body) ?? body("")
            }
        }
    }
}

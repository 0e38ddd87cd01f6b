import Glibc
import Isolation

extension OpenFile {
    /// The names in this directory, in the file system's order.
    func names() throws(SystemCallError) -> [[UInt8]] {
        // The stream owns its descriptor and moves it, so it gets one of its own.
        let own = try SystemCallError.check("open") { openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard let stream = fdopendir(own) else {
            let code = errno
            close(own)
            throw SystemCallError(call: "fdopendir", code: code)
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let item = readdir(stream) else {
                if errno != 0 { throw SystemCallError(call: "readdir", code: errno) }
                return names
            }
            let name = withUnsafeBytes(of: &item.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
        }
    }

    func target(ofLink name: [UInt8]) throws(SystemCallError) -> [UInt8] {
        var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = try SystemCallError.check("readlink") {
            name.withCString { name in
                target.withUnsafeMutableBytes { buffer in
                    buffer.withMemoryRebound(to: CChar.self) { text in
                        text.baseAddress.map { readlinkat(descriptor, name, $0, text.count) } ?? -1
                    }
                }
            }
        }
        return Array(target.prefix(count))
    }

    func rename(_ old: [UInt8], to new: [UInt8]) throws(SystemCallError) {
        try SystemCallError.check("rename") {
            old.withCString { old in new.withCString { renameat(descriptor, old, descriptor, $0) } }
        }
    }
}

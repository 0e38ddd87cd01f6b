public import Isolation

/// A cpio archive in the `newc` format, as the kernel takes for an initramfs and `cpio -i` unpacks.
///
/// The same entries give the same bytes: owner 0, time 0, inode numbers counted from 1.
public struct CPIOArchive: Sendable {
    private var body: [UInt8] = []
    private var entries: UInt32 = 0

    public init() {}

    /// - Parameter path: relative, `/` between components; its directory has to be added before it.
    /// - Throws: `badName` for a path that no archive can hold, `badResource` for 4 GiB or more.
    public mutating func addFile(_ path: String, mode: UInt16 = 0o644, _ bytes: [UInt8]) throws(BulkheadError) {
        try add(path, mode: 0o100000 | UInt32(mode & 0o7777), links: 1, bytes)
    }

    public mutating func addDirectory(_ path: String, mode: UInt16 = 0o755) throws(BulkheadError) {
        try add(path, mode: 0o040000 | UInt32(mode & 0o7777), links: 2, [])
    }

    /// The whole archive, closed by its trailer and padded to 512 bytes, so that another may follow.
    public var bytes: [UInt8] {
        var archive = self
        archive.append("TRAILER!!!", inode: 0, mode: 0, links: 1, [])
        archive.body.pad(to: 512)
        return archive.body
    }

    private mutating func add(_ path: String, mode: UInt32, links: UInt32, _ bytes: [UInt8]) throws(BulkheadError) {
        let components = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let plain = components.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
        guard plain, !path.utf8.contains(0), path.utf8.count < 4096, path != "TRAILER!!!" else {
            throw BulkheadError(
                .badName, "archive entry \(path.debugDescription)", "a cpio archive cannot hold this path",
                remedy: "Use a relative path without empty components, “.” and “..”.")
        }
        guard bytes.count <= Int(UInt32.max) else {
            throw BulkheadError(
                .badResource, "archive entry \(path.debugDescription)", "\(bytes.count) bytes are too many for cpio",
                remedy: "Keep it below 4 GiB.")
        }
        entries += 1
        append(path, inode: entries, mode: mode, links: links, bytes)
    }

    private mutating func append(_ path: String, inode: UInt32, mode: UInt32, links: UInt32, _ bytes: [UInt8]) {
        let nameSize = UInt32(path.utf8.count + 1)
        // inode, mode, uid, gid, links, mtime, size, device (major, minor), rdevice (major, minor), name size, check
        let fields = [inode, mode, 0, 0, links, 0, UInt32(bytes.count), 0, 0, 0, 0, nameSize, 0]
        body += Array("070701".utf8)
        for field in fields { body.appendHexadecimal(field) }
        body += Array(path.utf8) + [0]
        body.pad(to: 4)
        body += bytes
        body.pad(to: 4)
    }
}

extension [UInt8] {
    /// Fills up with zeros to a multiple of `unit`.
    mutating func pad(to unit: Int) {
        let rest = count % unit
        if rest > 0 { append(contentsOf: repeatElement(0, count: unit - rest)) }
    }

    /// Eight digits.
    fileprivate mutating func appendHexadecimal(_ value: UInt32) {
        let digits = Array("0123456789abcdef".utf8)
        for shift in stride(from: 28, through: 0, by: -4) { append(digits[Int(value >> UInt32(shift)) & 15]) }
    }
}

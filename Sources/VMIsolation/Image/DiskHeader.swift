import Foundation
import Glibc
import Isolation

/// What a disk file says of itself, read before anything trusts it.
struct DiskHeader {
    /// A guest's overlay may grow to its base's size, whatever the host has.
    static let largest: UInt64 = 2 << 40

    let format: DomainPlan.Disk.Format
    let size: UInt64

    /// The name's ending declares the format; a header that says otherwise, or that leads to other files, is refused.
    init(path: String) throws(BulkheadError) {
        // What is no file may keep whoever opens it waiting.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw BulkheadError(
                .imageUnknown, "image \(path)", String(cString: strerror(errno)), remedy: "give the path of a disk file"
            )
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw BulkheadError(.imageBroken, "image \(path)", "it is no regular file", remedy: "give a disk file")
        }
        var bytes = [UInt8](repeating: 0, count: QCOW2Header.length)
        let count = read(descriptor, &bytes, bytes.count)
        let header = QCOW2Header(bytes.prefix(max(0, count)), fileSize: UInt64(status.st_size))
        switch (path.split(separator: ".").last, header) {
        case ("qcow2", let header?):
            if let flaw = header.flaw {
                throw BulkheadError(
                    .imageBroken, "image \(path)", flaw, remedy: "flatten it: qemu-img convert -O qcow2 OLD NEW.qcow2")
            }
            (format, size) = (.qcow2, header.size)
        case ("raw", nil), ("img", nil): (format, size) = (.raw, UInt64(status.st_size))
        default:
            throw BulkheadError(
                .imageBroken, "image \(path)", "its name and its header disagree about the format",
                remedy: "name a qcow2 file *.qcow2, a raw one *.raw or *.img; formats are declared, never guessed")
        }
        guard size >= 1 << 20, size <= Self.largest else {
            throw BulkheadError(
                .imageBroken, "image \(path)", "a size of \(size) bytes",
                remedy: "give a bootable disk, of \(Memory(bytes: Self.largest)) at most")
        }
    }
}

import Foundation
import Glibc
import Isolation

/// What a disk file says of itself, read before anything trusts it. Source: QEMU's docs/interop/qcow2.txt.
struct DiskHeader {
    let format: DomainPlan.Disk.Format
    let size: UInt64

    /// The name's ending declares the format; a header that says otherwise, or that leads to other files, is refused.
    init(path: String) throws(BulkheadError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
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
        var bytes = [UInt8](repeating: 0, count: 104)
        let count = read(descriptor, &bytes, bytes.count)
        let isQCOW = count == bytes.count && bytes.starts(with: [0x51, 0x46, 0x49, 0xfb])
        switch (path.split(separator: ".").last, isQCOW) {
        case ("qcow2", true):
            try DiskHeader.refuseReferences(bytes, path)
            format = .qcow2
            size = DiskHeader.number(bytes, 24, 8)
        case ("raw", false), ("img", false):
            format = .raw
            size = UInt64(status.st_size)
        default:
            throw BulkheadError(
                .imageBroken, "image \(path)", "its name and its header disagree about the format",
                remedy: "name a qcow2 file *.qcow2, a raw one *.raw or *.img; formats are declared, never guessed")
        }
        guard size >= 1 << 20, size <= 1 << 46 else {
            throw BulkheadError(
                .imageBroken, "image \(path)", "a size of \(size) bytes", remedy: "give a bootable disk")
        }
    }

    private static func refuseReferences(_ bytes: [UInt8], _ path: String) throws(BulkheadError) {
        let version = number(bytes, 4, 4)
        let backing = number(bytes, 8, 8)
        let crypt = number(bytes, 32, 4)
        // Bits 0 dirty, 1 corrupt, 2 external data file, 3 compression type, 4 extended L2 entries.
        let incompatible = version >= 3 ? number(bytes, 72, 8) : 0
        let complaints = [
            (version != 2 && version != 3, "qcow2 version \(version)"),
            (backing != 0, "it has a backing file of its own"),
            (incompatible & 4 != 0, "it keeps its data in another file"),
            (incompatible & ~UInt64(0x18) != 0, "it is marked dirty, corrupt or of an unknown kind"),
            (crypt != 0, "it is encrypted"),
        ]
        guard let (_, complaint) = complaints.first(where: \.0) else { return }
        throw BulkheadError(
            .imageBroken, "image \(path)", complaint, remedy: "flatten it: qemu-img convert -O qcow2 OLD NEW.qcow2")
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        bytes[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
    }
}

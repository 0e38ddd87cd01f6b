/// The first bytes of a qcow2 file. Nothing behind them is read here: that is QEMU's, which runs confined.
/// Source: QEMU's docs/interop/qcow2.txt, and the bounds of its block/qcow2.h.
struct QCOW2Header {
    static let length = 104
    private let bytes: [UInt8]
    private let fileSize: UInt64

    /// Nil for what is no qcow2 file.
    init?(_ bytes: some Collection<UInt8>, fileSize: UInt64) {
        guard bytes.count >= Self.length, bytes.starts(with: [0x51, 0x46, 0x49, 0xfb]) else { return nil }
        self.bytes = Array(bytes)
        self.fileSize = fileSize
    }

    /// What the guest sees, in bytes.
    var size: UInt64 { number(24, 8) }

    /// Why it is not to be used: it leads to other files, or is none that `qemu-img create` or `convert` makes.
    var flaw: String? {
        // Bits 0 dirty, 1 corrupt, 2 external data file, 3 compression type, 4 extended L2 entries.
        let incompatible = version >= 3 ? number(72, 8) : 0
        let flaws: [(Bool, String)] = [
            (version != 2 && version != 3, "qcow2 version \(version)"),
            (number(8, 8) != 0 || number(16, 4) != 0, "it has a backing file of its own"),
            (incompatible & 4 != 0, "it keeps its data in another file"),
            (incompatible & ~UInt64(0x18) != 0, "it is marked dirty, corrupt or of an unknown kind"),
            (number(32, 4) != 0, "it is encrypted"),
            (number(60, 4) != 0, "it has snapshots"),
            (!(9...21).contains(clusterBits), "clusters of 2^\(clusterBits) bytes"),
            (version == 3 && !(104...4096).contains(number(100, 4)), "a header of \(number(100, 4)) bytes"),
            (version == 3 && number(96, 4) > 6, "references of 2^\(number(96, 4)) bits"),
            (!isTable(at: number(40, 8), of: number(36, 4), 8, atMost: 32 << 20), "a first table that cannot be"),
            (tooSmall, "a first table that is too small for its size"),
            (
                !isTable(at: number(48, 8), of: number(56, 4), cluster, atMost: 8 << 20),
                "a table of references that cannot be"
            ),
        ]
        return flaws.first(where: \.0)?.1
    }

    private var version: UInt64 { number(4, 4) }
    private var clusterBits: UInt64 { number(20, 4) }
    private var cluster: UInt64 { 1 << min(max(clusterBits, 9), 21) }

    /// Each entry of the first table stands for one cluster full of entries of 8 bytes, 16 with extended ones.
    private var tooSmall: Bool {
        let entry: UInt64 = version >= 3 && number(72, 8) & 0x10 != 0 ? 16 : 8
        let each = cluster / entry * cluster
        return size / each + (size % each == 0 ? 0 : 1) > number(36, 4)
    }

    /// Whether a table begins with a cluster behind the header's, ends in the file and is no longer than QEMU takes.
    private func isTable(at offset: UInt64, of count: UInt64, _ entry: UInt64, atMost limit: UInt64) -> Bool {
        let length = count * entry
        guard count > 0, length <= limit, offset >= cluster, offset % cluster == 0, offset <= fileSize else {
            return false
        }
        return length <= fileSize - offset
    }

    private func number(_ offset: Int, _ count: Int) -> UInt64 {
        bytes[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
    }
}

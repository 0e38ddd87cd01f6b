/// The checksum of POSIX `cksum`, which every guest has: a CRC of the bytes and of their number. It finds what was lost
/// or changed on the way, and costs an emulated guest a tenth of a cryptographic hash; SSH itself keeps forgers out.
struct PosixChecksum {
    private(set) var length = 0
    private var crc: UInt32 = 0

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { value, _ in value & 0x8000_0000 != 0 ? value << 1 ^ 0x04c1_1db7 : value << 1 }
    }

    mutating func update(_ bytes: [UInt8]) {
        length += bytes.count
        crc = PosixChecksum.table.withUnsafeBufferPointer { table in
            bytes.withUnsafeBufferPointer { bytes in
                bytes.reduce(crc) { $0 << 8 ^ table[Int($0 >> 24 ^ UInt32($1))] }
            }
        }
    }

    /// As `cksum` prints it for standard input.
    var line: String {
        var (crc, rest) = (crc, length)
        while rest > 0 {
            crc = crc << 8 ^ PosixChecksum.table[Int(crc >> 24 ^ UInt32(rest & 255))]
            rest >>= 8
        }
        return "\(~crc) \(length)"
    }
}

import Glibc

/// An IPv4 network, `192.0.2.0/24`.
struct Subnet: Hashable, Sendable, CustomStringConvertible {
    let base: UInt32
    let prefix: Int

    init(base: UInt32, prefix: Int) {
        self.prefix = min(max(prefix, 0), 32)
        self.base = base & Subnet.mask(self.prefix)
    }

    /// Reads a dotted address; nil where it is none.
    init?(address: String, prefix: Int) {
        guard let number = Subnet.number(address) else { return nil }
        self.init(base: number, prefix: prefix)
    }

    static func mask(_ prefix: Int) -> UInt32 { prefix == 0 ? 0 : ~UInt32(0) << (32 - UInt32(prefix)) }

    /// A dotted IPv4 address as a number; nil where the text is none.
    static func number(_ address: String) -> UInt32? {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        // `UInt8` takes a sign.
        guard parts.count == 4, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else { return nil }
        let bytes = parts.compactMap { UInt8($0) }
        return bytes.count == 4 ? bytes.reduce(0) { $0 << 8 | UInt32($1) } : nil
    }

    func host(_ offset: UInt32) -> String {
        let address = base + offset
        return "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
    }

    func contains(_ address: UInt32) -> Bool { address & Subnet.mask(prefix) == base }

    func overlaps(_ other: Subnet) -> Bool {
        let shorter = Subnet.mask(min(prefix, other.prefix))
        return base & shorter == other.base & shorter
    }

    var description: String { "\(host(0))/\(prefix)" }
}

extension Subnet {
    /// A /24 of 10.128.0.0/9 that overlaps nothing taken, the same one each time for the same seed.
    static func free(seed: UInt32, avoiding taken: [Subnet]) -> Subnet? {
        let choices: UInt32 = 128 * 256
        return (0..<choices).lazy.map { step in
            let choice = (seed &+ step) % choices
            return Subnet(base: 10 << 24 | (128 << 16) + choice << 8, prefix: 24)
        }.first { candidate in !taken.contains { $0.prefix > 0 && $0.overlaps(candidate) } }
    }

    /// What this host's routing table names, the default route left out. Source: `/proc/net/route`.
    static func routed(table: String) -> [Subnet] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: "\t")
            guard fields.count > 7, let destination = UInt32(fields[1], radix: 16),
                let mask = UInt32(fields[7], radix: 16)
            else { return nil }
            return Subnet(base: destination.byteSwapped, prefix: mask.nonzeroBitCount)
        }.filter { $0.prefix > 0 }
    }
}

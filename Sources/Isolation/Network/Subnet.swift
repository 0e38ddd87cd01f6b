/// An IPv4 network, `192.0.2.0/24`.
public struct Subnet: Hashable, Sendable, CustomStringConvertible {
    public let base: UInt32
    public let prefix: Int

    public init(base: UInt32, prefix: Int) {
        self.prefix = min(max(prefix, 0), 32)
        self.base = base & Subnet.mask(self.prefix)
    }

    /// Reads a dotted address; nil where it is none.
    public init?(address: String, prefix: Int) {
        guard let number = Subnet.number(address) else { return nil }
        self.init(base: number, prefix: prefix)
    }

    public static func mask(_ prefix: Int) -> UInt32 { prefix == 0 ? 0 : ~UInt32(0) << (32 - UInt32(prefix)) }

    /// A dotted IPv4 address as a number; nil where the text is none.
    public static func number(_ address: String) -> UInt32? {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        // `UInt8` takes a sign.
        guard parts.count == 4, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else { return nil }
        let bytes = parts.compactMap { UInt8($0) }
        return bytes.count == 4 ? bytes.reduce(0) { $0 << 8 | UInt32($1) } : nil
    }

    public func host(_ offset: UInt32) -> String {
        let address = base + offset
        return "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
    }

    public func contains(_ address: UInt32) -> Bool { address & Subnet.mask(prefix) == base }

    public func contains(_ other: Subnet) -> Bool { other.prefix >= prefix && contains(other.base) }

    public func overlaps(_ other: Subnet) -> Bool {
        let shorter = Subnet.mask(min(prefix, other.prefix))
        return base & shorter == other.base & shorter
    }

    public var description: String { "\(host(0))/\(prefix)" }
}

import Glibc

/// A network, `192.0.2.0/24` or `2001:db8::/32`.
public struct Subnet: Hashable, Sendable, CustomStringConvertible {
    public enum Version: Sendable {
        case four, six

        /// Of an address.
        public var bits: Int { self == .four ? 32 : 128 }
    }

    public let version: Version
    public let base: UInt128
    public let prefix: Int

    public init(base: UInt128, prefix: Int, _ version: Version = .four) {
        self.version = version
        self.prefix = min(max(prefix, 0), version.bits)
        self.base = base & Subnet.mask(self.prefix, version)
    }

    /// Reads an address of either version; nil where it is none.
    public init?(address: String, prefix: Int) {
        if let number = Subnet.number(address) {
            self.init(base: UInt128(number), prefix: prefix)
        } else if let number = Subnet.number6(address) {
            self.init(base: number, prefix: prefix, .six)
        } else {
            return nil
        }
    }

    private static func mask(_ prefix: Int, _ version: Version) -> UInt128 {
        let all = ~UInt128(0) >> UInt128(128 - version.bits)
        return all & ~(all >> UInt128(prefix))
    }

    /// A dotted IPv4 address as a number; nil where the text is none.
    public static func number(_ address: String) -> UInt32? {
        let parts = address.split(separator: ".", omittingEmptySubsequences: false)
        // `UInt8` takes a sign.
        guard parts.count == 4, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else { return nil }
        let bytes = parts.compactMap { UInt8($0) }
        return bytes.count == 4 ? bytes.reduce(0) { $0 << 8 | UInt32($1) } : nil
    }

    /// An IPv6 address as a number; nil where the text is none.
    public static func number6(_ address: String) -> UInt128? {
        var number = UInt128(0)
        return inet_pton(AF_INET6, address, &number) == 1 ? UInt128(bigEndian: number) : nil
    }

    public func host(_ offset: UInt128) -> String {
        let address = base + offset
        guard version == .six else {
            return "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
        }
        var (number, text) = (address.bigEndian, [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN)))
        inet_ntop(AF_INET6, &number, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Of IPv4.
    public func contains(_ address: UInt32) -> Bool { contains(Subnet(base: UInt128(address), prefix: 32)) }

    public func contains(_ other: Subnet) -> Bool { other.prefix >= prefix && overlaps(other) }

    public func overlaps(_ other: Subnet) -> Bool {
        let shorter = Subnet.mask(min(prefix, other.prefix), version)
        return version == other.version && base & shorter == other.base & shorter
    }

    public var description: String { "\(host(0))/\(prefix)" }
}

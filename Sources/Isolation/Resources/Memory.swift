/// An amount of memory or disk space, kept in bytes.
public struct Memory: Hashable, Comparable, Codable, Sendable {
    public let bytes: UInt64

    public init(bytes: UInt64) { self.bytes = bytes }

    public static func kibibytes(_ count: UInt64) -> Memory { Memory(bytes: count << 10) }
    public static func mebibytes(_ count: UInt64) -> Memory { Memory(bytes: count << 20) }

    /// Rounded down; libvirt's unit.
    public var kibibytes: UInt64 { bytes >> 10 }
    /// Rounded down; the unit of Mesos' `mem` and `disk`.
    public var mebibytes: UInt64 { bytes >> 20 }

    public static func < (left: Memory, right: Memory) -> Bool { left.bytes < right.bytes }
    public static func + (left: Memory, right: Memory) -> Memory { Memory(bytes: left.bytes + right.bytes) }

    public init(from decoder: any Decoder) throws { bytes = try UInt64(from: decoder) }
    public func encode(to encoder: any Encoder) throws { try bytes.encode(to: encoder) }
}

extension Memory: CustomStringConvertible {
    public var description: String {
        bytes % (1 << 30) == 0 && bytes > 0 ? "\(bytes >> 30) GiB" : "\(mebibytes) MiB"
    }
}

extension Memory {
    /// Largest amount that is taken for meant: 64 TiB.
    static let absurd = Memory(bytes: 1 << 46)

    /// Reads `512` (MiB), `512M`, `1.5G`, `2GiB`; binary units only.
    ///
    /// - Returns: nil where the text is no such amount, is zero, negative or above 64 TiB.
    public init?(_ text: String) {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let shifts: [String: UInt64] = ["": 20, "k": 10, "m": 20, "g": 30, "t": 40]
        var unit = text.dropFirst(number.count).lowercased()
        if unit.hasSuffix("ib") { unit.removeLast(2) }
        guard let value = Double(number), let shift = shifts[unit] else { return nil }
        let bytes = value * Double(1 << shift)
        guard bytes >= 1, bytes <= Double(Memory.absurd.bytes) else { return nil }
        self.init(bytes: UInt64(bytes))
    }
}

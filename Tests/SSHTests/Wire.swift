/// A packet's payload being put together, or taken apart.
struct Wire {
    var bytes: [UInt8] = []

    init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    static func number(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }

    static func string(_ value: some Collection<UInt8>) -> [UInt8] {
        number(UInt32(value.count)) + Array(value)
    }

    static func string(_ value: String) -> [UInt8] {
        string(Array(value.utf8))
    }

    /// A positive `mpint`.
    static func positive(_ value: [UInt8]) -> [UInt8] {
        let digits = Array(value.drop { $0 == 0 })
        return string((digits.first ?? 0) & 0x80 != 0 ? [0] + digits : digits)
    }

    mutating func takeNumber() throws -> UInt32 {
        guard bytes.count >= 4 else { throw WireError() }
        defer { bytes.removeFirst(4) }
        return bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func takeString() throws -> [UInt8] {
        let count = Int(try takeNumber())
        guard bytes.count >= count else { throw WireError() }
        defer { bytes.removeFirst(count) }
        return Array(bytes.prefix(count))
    }
}

struct WireError: Error {}

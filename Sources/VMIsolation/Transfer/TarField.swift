/// One field of a tar header block.
struct TarField {
    let start: Int
    let length: Int

    static let name = TarField(start: 0, length: 100)
    static let mode = TarField(start: 100, length: 8)
    static let userID = TarField(start: 108, length: 8)
    static let groupID = TarField(start: 116, length: 8)
    static let size = TarField(start: 124, length: 12)
    static let modified = TarField(start: 136, length: 12)
    static let checksum = TarField(start: 148, length: 8)
    static let type = TarField(start: 156, length: 1)
    static let linkTarget = TarField(start: 157, length: 100)
    /// Magic and version.
    static let magic = TarField(start: 257, length: 8)
    /// What POSIX' format, and not GNU's, puts before the name.
    static let prefix = TarField(start: 345, length: 155)

    static let gnuMagic = Array("ustar  \0".utf8)
    static let posixMagic = Array("ustar\000".utf8)

    var range: Range<Int> { start..<start + length }

    /// What fits; longer names have records of their own.
    func put(_ bytes: [UInt8], into block: inout [UInt8]) {
        let bytes = bytes.prefix(length)
        block.replaceSubrange(start..<start + bytes.count, with: bytes)
    }

    /// Octal, or GNU's base 256 where octal digits do not suffice.
    func put(_ number: Int64, into block: inout [UInt8]) {
        let digits = Array(String(number, radix: 8).utf8)
        if number >= 0, digits.count < length {
            put([UInt8](repeating: UInt8(ascii: "0"), count: length - 1 - digits.count) + digits + [0], into: &block)
        } else {
            let bytes = withUnsafeBytes(of: number.bigEndian, Array.init)
            let fill: UInt8 = number < 0 ? 0xFF : 0
            let marker: UInt8 = number < 0 ? 0xFF : 0x80
            put([marker] + [UInt8](repeating: fill, count: length - 9) + bytes, into: &block)
        }
    }

    /// Up to the first zero byte.
    func text(in block: [UInt8]) -> [UInt8] { Array(block[range].prefix { $0 != 0 }) }

    /// - Returns: nil where the field is no number or does not fit; 0 where it is blank.
    func number(in block: [UInt8]) -> Int64? {
        let bytes = block[range]
        if let first = bytes.first, first & 0x80 != 0 { return base256(bytes) }
        let blank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == 0 }
        let digits = bytes.drop { $0 == UInt8(ascii: " ") }.prefix { !blank($0) }
        guard bytes[digits.endIndex...].allSatisfy(blank) else { return nil }
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
            value = value << 3 | Int64(digit & 7)
        }
        return value
    }

    private func base256(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard let first = bytes.first, first == 0x80 || first == 0xFF, bytes.count > 8 else { return nil }
        let fill: UInt8 = first == 0xFF ? 0xFF : 0
        guard bytes.dropFirst().dropLast(8).allSatisfy({ $0 == fill }) else { return nil }
        let value = Int64(bitPattern: bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
        return (value < 0) == (first == 0xFF) ? value : nil
    }

    /// Sum of the block's bytes, this field taken as blanks.
    func sum(_ block: [UInt8]) -> Int64 {
        var sum = Int64(length) * Int64(UInt8(ascii: " "))
        block.withUnsafeBufferPointer { bytes in
            for index in bytes.indices where !range.contains(index) { sum += Int64(bytes[index]) }
        }
        return sum
    }
}

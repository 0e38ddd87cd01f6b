/// JSON as it is written.
struct JSONText {
    var bytes: [UInt8] = []

    mutating func write(_ value: Double) {
        if value.isNaN { return write("NaN".utf8) }
        if value.isInfinite { return write((value < 0 ? "-Infinity" : "Infinity").utf8) }
        bytes += value.description.utf8
    }

    mutating func write(_ literal: StaticString) {
        literal.withUTF8Buffer { bytes += $0 }
    }

    /// A text in quotes. Every control character is escaped; all else stays as it is.
    mutating func write(_ text: some Collection<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case 0..<0x20, 0x7F:
                let digits = String(byte, radix: 16)
                bytes += (digits.count == 1 ? "\\u000" : "\\u00").utf8
                bytes += digits.utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Bytes that need not be UTF-8, carried through Swift's strings and through templates, and back unchanged.
///
/// A byte that is no part of valid UTF-8 becomes the private-use scalar U+10FF00 + byte. A scalar of that range in the
/// text itself is escaped byte by byte, so any bytes come back as they were, and joining texts joins their bytes.
public enum RawText {
    private static let escapes: ClosedRange<UInt32> = 0x10FF00...0x10FFFF

    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        let bytes = Array(bytes)
        var text = String.UnicodeScalarView()
        var index = 0
        while index < bytes.count {
            let length = scalarLength(bytes[index...])
            let sequence = bytes[index..<index + max(length, 1)]
            index += sequence.count
            if length > 0, let scalar = String(decoding: sequence, as: UTF8.self).unicodeScalars.first,
                !escapes.contains(scalar.value)
            {
                text.append(scalar)
            } else {
                text.append(contentsOf: sequence.compactMap { Unicode.Scalar(escapes.lowerBound + UInt32($0)) })
            }
        }
        return String(text)
    }

    /// The bytes of any text: those that ``encode(_:)`` was given, or the UTF-8 of text that did not come from there.
    public static func decode(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if escapes.contains(scalar.value) {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                bytes.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
            }
        }
        return bytes
    }

    /// How many bytes the well-formed UTF-8 sequence at the start takes (Unicode, table 3-7); 0 where there is none.
    private static func scalarLength(_ bytes: ArraySlice<UInt8>) -> Int {
        guard let first = bytes.first else { return 0 }
        let second: ClosedRange<UInt8>
        let length: Int
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        default: return 0
        }
        let tail = bytes.dropFirst().prefix(length - 1)
        guard tail.count == length - 1, let next = tail.first, second.contains(next) else { return 0 }
        return tail.allSatisfy { (0x80...0xBF).contains($0) } ? length : 0
    }
}

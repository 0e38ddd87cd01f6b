/// Reads protobuf's binary form, as it was serialized by us.
struct WireReader {
    private let bytes: [UInt8]
    private var place: Int
    private let end: Int

    init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        (place, end) = (range.lowerBound, range.upperBound)
    }

    var isAtEnd: Bool { place >= end }
    /// What is left.
    var rest: ArraySlice<UInt8> { bytes[place..<end] }

    mutating func varint() -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while place < end {
            let byte = bytes[place]
            place += 1
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            guard byte & 0x80 != 0, shift < 64 else { break }
        }
        return value
    }

    mutating func double() -> Double {
        Double(bitPattern: fixed(8))
    }

    /// The content of a text, of bytes, or of a message.
    mutating func content() -> WireReader {
        let length = Int(clamping: varint())
        let range = place..<min(place + min(length, end - place), end)
        place = range.upperBound
        return WireReader(bytes, range)
    }

    /// - Parameter wireType: the lower three bits of the field's tag.
    mutating func skip(_ wireType: UInt64) {
        switch wireType {
        case 0: _ = varint()
        case 1: _ = fixed(8)
        case 2: _ = content()
        case 3: skipGroup()
        case 5: _ = fixed(4)
        default: place = end
        }
    }

    private mutating func skipGroup() {
        while !isAtEnd {
            let tag = varint()
            if tag & 7 == 4 { return }
            skip(tag & 7)
        }
    }

    private mutating func fixed(_ count: Int) -> UInt64 {
        let part = bytes[place..<min(place + count, end)]
        place = part.endIndex
        return part.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

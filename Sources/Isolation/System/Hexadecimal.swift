extension Sequence<UInt8> {
    /// Two small digits for each byte.
    package var hexadecimal: String { map(\.hexadecimal).joined() }
}

extension UInt8 {
    /// Two small digits.
    package var hexadecimal: String { String(self >> 4, radix: 16) + String(self & 15, radix: 16) }
}

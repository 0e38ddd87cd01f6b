extension String {
    /// The bytes that a command's text stands for: `RawText` puts those that are no UTF-8 at U+10FF00 and above.
    var rawBytes: [UInt8] {
        var bytes: [UInt8] = []
        for scalar in unicodeScalars {
            if scalar.value >= 0x10FF00 {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                bytes += UTF8.encode(scalar).map(Array.init) ?? []
            }
        }
        return bytes
    }
}

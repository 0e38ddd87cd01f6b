/// Bytes as text: RFC 4648, with the ordinary alphabet and padding, or with that for URLs and without.
public enum Base64 {
    public enum Alphabet: Sendable { case standard, url }

    /// The UTF-8 bytes of the text.
    public static func encode(_ bytes: some Collection<UInt8>, _ alphabet: Alphabet = .standard) -> [UInt8] {
        let letters = alphabet == .standard ? standard : url
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var (bits, count) = (UInt32(0), 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 6 {
                count -= 6
                text.append(letters[Int(bits >> UInt32(count) & 63)])
            }
        }
        if count > 0 { text.append(letters[Int(bits << UInt32(6 - count) & 63)]) }
        if alphabet == .standard { while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) } }
        return text
    }

    /// - Returns: nil for another character, an impossible length, or bits that no encoder leaves. The ordinary alphabet
    ///   may come with or without padding, that for URLs without only.
    public static func decode(_ text: some Collection<UInt8>, _ alphabet: Alphabet = .standard) -> [UInt8]? {
        let values = alphabet == .standard ? standardValues : urlValues
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var (bits, count, letters, padding) = (UInt32(0), 0, 0, 0)
        for letter in text {
            if letter == UInt8(ascii: "="), alphabet == .standard {
                padding += 1
                continue
            }
            let value = values[Int(letter)]
            guard value < 64, padding == 0 else { return nil }
            letters += 1
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        let isPadded = padding == 0 || (padding <= 2 && (letters + padding) % 4 == 0)
        guard letters % 4 != 1, isPadded, bits & (1 << UInt32(count) - 1) == 0 else { return nil }
        return bytes
    }

    private static let common = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    private static let standard = Array((common + "+/").utf8)
    private static let url = Array((common + "-_").utf8)
    private static let standardValues = values(standard)
    private static let urlValues = values(url)

    private static func values(_ letters: [UInt8]) -> [UInt8] {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }
}

/// What others wrote, on its way to a person's terminal: made harmless, and nothing of it hidden.
///
/// Line ends and tabs stay. Other control characters are shown as `less` shows them: `^[` for an escape, `<U+202E>` for
/// one that turns the direction of text, `<9B>` for a byte that is no UTF-8 and that some terminals take for a command.
public struct TerminalText {
    /// A character's first bytes, or a return that may belong to a line end.
    private var held: [UInt8] = []

    public init() {}

    /// All at once.
    public static func shown(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text = TerminalText()
        return text.feed(bytes) + text.end()
    }

    /// What may be shown by now; parts of a stream may end anywhere.
    public mutating func feed(_ bytes: some Collection<UInt8>) -> [UInt8] {
        let all = held + bytes
        let rest = Self.unfinished(all)
        held = Array(all.suffix(rest))
        return Self.show(all.dropLast(rest))
    }

    /// What never became a character.
    public mutating func end() -> [UInt8] {
        defer { held = [] }
        return Self.show(held[...])
    }

    /// How many bytes at the end may be the begin of something longer.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        if bytes.last == UInt8(ascii: "\r") { return 1 }
        let tail = bytes.suffix(3)
        guard let first = tail.lastIndex(where: { $0 >= 0xC0 }) else { return 0 }
        let length = bytes[first] >= 0xF0 ? 4 : bytes[first] >= 0xE0 ? 3 : 2
        return first + length > bytes.count ? bytes.count - first : 0
    }

    private static func show(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        if bytes.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x09 }) { return Array(bytes) }
        var (shown, place): ([UInt8], Int) = ([], bytes.startIndex)
        var (parser, iterator) = (Unicode.UTF8.ForwardParser(), bytes.makeIterator())
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .emptyInput: return shown
            case .error(let length):
                for byte in bytes[place..<place + length] { shown += "<\(hexadecimal(UInt32(byte), 2))>".utf8 }
                place += length
            case .valid(let encoded):
                place += encoded.count
                let scalar = Unicode.UTF8.decode(encoded)
                let endsLine = scalar == "\r" && place < bytes.endIndex && bytes[place] == UInt8(ascii: "\n")
                if endsLine || isHarmless(scalar) { shown += encoded } else { shown += notation(scalar).utf8 }
            }
        }
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        // Two that join letters, in scripts and in pictures.
        if "\n\t\u{200C}\u{200D}".unicodeScalars.contains(scalar) { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }

    private static func notation(_ scalar: Unicode.Scalar) -> String {
        if scalar.value < 0x20 || scalar.value == 0x7F {
            return "^\(Character(Unicode.Scalar(UInt8(scalar.value) ^ 0x40)))"
        }
        return "<U+\(hexadecimal(scalar.value, 4))>"
    }

    private static func hexadecimal(_ number: UInt32, _ digits: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

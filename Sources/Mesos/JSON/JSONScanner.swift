/// Reads JSON token by token, strictly as RFC 8259 has it.
struct JSONScanner {
    enum Token: Equatable { case object, array, string, number, literal }

    private let bytes: [UInt8]
    private(set) var place = 0
    /// How deep values may lie in each other.
    static let depthLimit = 100
    private var depth = 0
    /// Messages may lack required members.
    var isPartial = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func malformed(_ why: String) -> MalformedMessage { MalformedMessage("\(why), at byte \(place)") }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }

    /// What value comes next.
    mutating func peek() throws(MalformedMessage) -> Token {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return .literal
        case UInt8(ascii: "-"), (UInt8(ascii: "0")...UInt8(ascii: "9"))?: return .number
        case nil: throw malformed("the JSON ends too early")
        default: throw malformed("no JSON value begins like this")
        }
    }

    private mutating func takes(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(MalformedMessage) {
        guard takes(character) else { throw malformed("“\(character)” is missing") }
    }

    /// Steps through an object; `member` must take the value.
    mutating func object(
        _ member: (inout JSONScanner, String) throws(MalformedMessage) -> Void
    ) throws(MalformedMessage) {
        try enter("{")
        if !takes("}") {
            repeat {
                skipSpace()
                let name = try string()
                try expect(":")
                try member(&self, name)
            } while takes(",")
            try expect("}")
        }
        depth -= 1
    }

    /// Steps through an array; `element` must take the value.
    mutating func array(_ element: (inout JSONScanner) throws(MalformedMessage) -> Void) throws(MalformedMessage) {
        try enter("[")
        if !takes("]") {
            repeat { try element(&self) } while takes(",")
            try expect("]")
        }
        depth -= 1
    }

    private mutating func enter(_ character: Unicode.Scalar) throws(MalformedMessage) {
        try expect(character)
        depth += 1
        guard depth <= Self.depthLimit else { throw malformed("more than \(Self.depthLimit) values lie in each other") }
    }

    /// - Returns: nil for `null`.
    mutating func literal() throws(MalformedMessage) -> Bool? {
        for (word, value) in [("true", true), ("false", false), ("null", nil)] as [(String, Bool?)]
        where bytes[place...].starts(with: word.utf8) {
            place += word.utf8.count
            return value
        }
        throw malformed("no JSON value begins like this")
    }

    mutating func takesNull() -> Bool {
        skipSpace()
        guard bytes[place...].starts(with: "null".utf8) else { return false }
        place += 4
        return true
    }

    /// A number as it is written.
    mutating func number() throws(MalformedMessage) -> String {
        let start = place
        func digits() -> Int { bytes[place...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count }
        if next == UInt8(ascii: "-") { place += 1 }
        let whole = digits()
        guard whole == 1 || (whole > 1 && next != UInt8(ascii: "0")) else { throw malformed("a number is malformed") }
        place += whole
        if next == UInt8(ascii: ".") {
            place += 1
            let fraction = digits()
            guard fraction > 0 else { throw malformed("a number is malformed") }
            place += fraction
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            place += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
            let exponent = digits()
            guard exponent > 0 else { throw malformed("a number is malformed") }
            place += exponent
        }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    mutating func skipValue() throws(MalformedMessage) {
        switch try peek() {
        case .object: try object { scanner, _ throws(MalformedMessage) in try scanner.skipValue() }
        case .array: try array { scanner throws(MalformedMessage) in try scanner.skipValue() }
        case .string: _ = try string()
        case .number: _ = try number()
        case .literal: _ = try literal()
        }
    }

    /// Nothing but space may follow.
    mutating func end() throws(MalformedMessage) {
        skipSpace()
        guard place == bytes.count else { throw malformed("something follows the JSON value") }
    }

    mutating func string() throws(MalformedMessage) -> String {
        try expect("\"")
        let start = place
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { place += 1 }
        guard next != UInt8(ascii: "\"") else { return try text(bytes[start..<place]) }
        var unescaped = Array(bytes[start..<place])
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw malformed("a text has a bare control character") }
            place += 1
            if byte == UInt8(ascii: "\\") { unescaped += try escaped() } else { unescaped.append(byte) }
        }
        return try text(unescaped[...])
    }

    private mutating func text(_ utf8: ArraySlice<UInt8>) throws(MalformedMessage) -> String {
        guard next != nil else { throw malformed("a text does not end") }
        guard let text = String(validating: utf8, as: UTF8.self) else { throw malformed("a text is no UTF-8") }
        place += 1
        return text
    }

    private mutating func escaped() throws(MalformedMessage) -> [UInt8] {
        guard let byte = next else { throw malformed("a text does not end") }
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try unicode()).utf8)
        default: throw malformed("a text has an escape that JSON has not")
        }
    }

    private mutating func unicode() throws(MalformedMessage) -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, next == UInt8(ascii: "\\"), bytes.count > place + 1, bytes[place + 1] == UInt8(ascii: "u")
        else { throw malformed("a text has half of a surrogate pair") }
        place += 2
        let second = try hexadecimal()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw malformed("a text has half of a surrogate pair") }
        return scalar
    }

    private mutating func hexadecimal() throws(MalformedMessage) -> UInt32 {
        let digits = bytes[place...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw malformed("a text has an escape that JSON has not") }
        place += 4
        return value
    }
}

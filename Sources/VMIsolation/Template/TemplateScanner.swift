import Isolation

/// One tag as it stands in a template's text.
struct ScannedTag: Hashable {
    enum Sigil: Hashable {
        case value, section, inverted, end, comment, pragma
        /// Whatever else Mustache knows: unescaped values, partials, blocks, other delimiters.
        case refused(Character)
    }
    var sigil: Sigil
    var name: String
    /// Lines of the file, from 1.
    var firstLine: Int
    var lastLine: Int
}

/// Finds a template's tags without Mustache, whose own parser neither tells their lines nor bounds their depth.
struct TemplateScanner {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    init(_ text: String) { bytes = Array(text.utf8) }

    /// - Throws: the line of a tag that never ends.
    static func tags(of file: TemplateFile) throws(BulkheadError) -> [ScannedTag] {
        var scanner = TemplateScanner(file.text)
        var tags: [ScannedTag] = []
        while scanner.skipText() {
            let line = scanner.line
            guard let tag = scanner.readTag() else { throw file.malformed(line, "a tag “{{” has no end “}}”") }
            tags.append(tag)
        }
        return tags
    }

    private func sees(_ byte: UInt8, _ next: UInt8) -> Bool {
        position + 1 < bytes.count && bytes[position] == byte && bytes[position + 1] == next
    }

    private mutating func advance() {
        if bytes[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    /// Moves behind the next `{{`; false where there is none.
    private mutating func skipText() -> Bool {
        while position < bytes.count {
            if sees(UInt8(ascii: "{"), UInt8(ascii: "{")) {
                position += 2
                return true
            }
            advance()
        }
        return false
    }

    private mutating func readTag() -> ScannedTag? {
        let firstLine = line
        let start = position
        while position < bytes.count, !sees(UInt8(ascii: "}"), UInt8(ascii: "}")) { advance() }
        guard position < bytes.count else { return nil }
        let body = String(decoding: bytes[start..<position], as: UTF8.self)
        position += 2
        let (sigil, name) = TemplateScanner.split(body)
        return ScannedTag(sigil: sigil, name: name, firstLine: firstLine, lastLine: line)
    }

    private static func split(_ body: String) -> (ScannedTag.Sigil, String) {
        let sigils: [Character: ScannedTag.Sigil] = [
            "#": .section, "^": .inverted, "/": .end, "!": .comment, "%": .pragma,
        ]
        let rest = body.dropFirst().trimmed
        guard let first = body.first else { return (.value, "") }
        if let sigil = sigils[first] { return (sigil, rest) }
        return "{&><$=".contains(first) ? (.refused(first), rest) : (.value, body[...].trimmed)
    }
}

extension Substring {
    var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

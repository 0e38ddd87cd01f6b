/// A look at a document's markup before a parser sees it: what may expand or fetch is refused by its first characters,
/// and the lines of start tags are noted, of which the parser tells the ends only.
struct MarkupScan {
    /// What is wrong, and the text's line.
    struct Fault: Error, Hashable {
        var line: Int
        var detail: String
    }

    /// One line for each element, in the order of the document.
    private(set) var lines: [Int] = []
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    init(_ text: String) throws(Fault) {
        bytes = Array(text.utf8)
        try declaration()
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "<") {
                try markup()
            } else {
                advance(1)
            }
        }
    }

    /// `<?xml version="1.0" encoding="UTF-8"?>` may begin the text; with any other encoding the parser would read
    /// other characters than we.
    private mutating func declaration() throws(Fault) {
        guard starts("<?xml") else { return }
        let begin = position
        try skip(behind: "?>", of: "XML declaration")
        let text = String(decoding: bytes[begin..<position], as: UTF8.self)
        let words = text.dropFirst(5).dropLast(2).replacing("'", with: "\"").split { $0.isWhitespace }
        let allowed: Set = ["version=\"1.0\"", "encoding=\"utf-8\"", "standalone=\"yes\"", "standalone=\"no\""]
        guard words.allSatisfy({ allowed.contains($0.lowercased()) }) else {
            throw Fault(line: 1, detail: "the XML declaration is not that of XML 1.0 in UTF-8")
        }
    }

    private mutating func markup() throws(Fault) {
        if starts("<!--") {
            advance(4)
            try skip(behind: "-->", of: "comment")
        } else if starts("<![CDATA[") {
            try skip(behind: "]]>", of: "CDATA section")
        } else if starts("<!") {
            throw Fault(line: line, detail: "document type and entity declarations (“<!…>”) are not allowed")
        } else if starts("<?") {
            throw Fault(line: line, detail: "processing instructions (“<?…?>”) are not allowed")
        } else {
            if !starts("</") { lines.append(line) }
            advance(1)
        }
    }

    private func starts(_ text: String) -> Bool {
        bytes[position...].starts(with: text.utf8)
    }

    private mutating func advance(_ count: Int) {
        for byte in bytes[position..<min(bytes.count, position + count)] where byte == UInt8(ascii: "\n") { line += 1 }
        position += count
    }

    private mutating func skip(behind end: String, of what: String) throws(Fault) {
        let begin = line
        while position < bytes.count {
            if starts(end) {
                advance(end.utf8.count)
                return
            }
            advance(1)
        }
        throw Fault(line: begin, detail: "a \(what) has no end")
    }
}

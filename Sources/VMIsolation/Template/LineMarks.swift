/// Carries line numbers through Mustache: a mark at the end of each of the template's lines, taken out again after.
///
/// U+FFFE and U+FFFF enclose the number. Neither may occur in a template or in an XML value; values for a shell may
/// hold them, so scripts are rendered without marks.
enum LineMarks {
    private static let opening: Unicode.Scalar = "\u{FFFE}"
    private static let closing: Unicode.Scalar = "\u{FFFF}"

    /// Lines that are one tag alone are left as they are, since Mustache drops them whole.
    static func mark(_ text: String, tags: [ScannedTag]) -> String {
        var insideTag = Set<Int>()
        for tag in tags { insideTag.formUnion(tag.firstLine..<tag.lastLine) }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().map { index, line in
            let number = index + 1
            guard !insideTag.contains(number), !isTagAlone(line) else { return String(line) }
            return "\(line)\(opening)\(number)\(closing)"
        }.joined(separator: "\n")
    }

    private static func isTagAlone(_ line: Substring) -> Bool {
        let trimmed = line.trimmed
        guard trimmed.hasPrefix("{{"), trimmed.hasSuffix("}}"), !trimmed.dropLast(2).contains("}}") else {
            return false
        }
        return trimmed.dropFirst(2).first.map { "#^/!%".contains($0) } ?? false
    }

    static func remove(from marked: String) -> RenderedTemplate {
        var text = String.UnicodeScalarView()
        var origins: [Int] = []
        var number: Int?
        var origin = 1
        for scalar in marked.unicodeScalars {
            if scalar == opening {
                number = 0
            } else if scalar == closing, let read = number {
                origin = read
                number = nil
            } else if let read = number {
                number = read * 10 + Int(scalar.value) - 48
            } else {
                text.append(scalar)
                if scalar == "\n" { origins.append(origin) }
            }
        }
        return RenderedTemplate(text: String(text), origins: origins + [origin])
    }
}

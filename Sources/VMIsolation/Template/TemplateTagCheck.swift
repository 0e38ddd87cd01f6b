import Isolation

/// Holds a template's tags against those that there are: a tag that nobody knows is a mistake, not empty text.
struct TemplateTagCheck {
    /// Sections inside sections, at most.
    static let deepest = 16

    private struct Scope {
        var tag: TemplateTag
        var inverted: Bool
        var line: Int
    }

    private let file: TemplateFile
    private let escaping: TemplateEscaping
    private let tags: [TemplateTag]
    private var open: [Scope] = []

    init(file: TemplateFile, escaping: TemplateEscaping, tags: [TemplateTag]) {
        self.file = file
        self.escaping = escaping
        self.tags = tags
    }

    /// - Throws: ``BulkheadError`` with `templateMalformed`, naming file, line and tag.
    mutating func check(_ scanned: [ScannedTag]) throws(BulkheadError) {
        for tag in scanned {
            switch tag.sigil {
            case .comment: continue
            case .value: try value(tag)
            case .section: try begin(tag, inverted: false)
            case .inverted: try begin(tag, inverted: true)
            case .end: try end(tag)
            case .pragma: try pragma(tag)
            case .refused(let sigil): throw refused(tag, sigil)
            }
        }
        if let left = open.last {
            throw file.malformed(left.line, "the section “\(left.tag.name)” has no end {{/\(left.tag.name)}}")
        }
    }

    /// What a name means here: tags of the innermost open section first, as Mustache looks them up.
    private func find(_ scanned: ScannedTag) throws(BulkheadError) -> TemplateTag {
        var scopes = [tags]
        for scope in open where !scope.inverted {
            if case .section(let inner) = scope.tag.kind { scopes.append(inner) }
        }
        for scope in scopes.reversed() {
            if let found = scope.first(where: { $0.name == scanned.name }) { return found }
        }
        let known = scopes.reversed().joined().map(\.name).sorted().joined(separator: ", ")
        let elsewhere = homes(of: scanned.name, in: tags)
        let hint = elsewhere.isEmpty ? "" : "; it belongs inside {{#\(elsewhere.joined(separator: "}} or {{#"))}}"
        throw file.malformed(
            scanned.firstLine, "there is no tag “\(scanned.name)” here\(hint)", remedy: "tags known here: \(known)")
    }

    private func homes(of name: String, in tags: [TemplateTag]) -> [String] {
        tags.flatMap { tag -> [String] in
            guard case .section(let inner) = tag.kind else { return [] }
            return (inner.contains { $0.name == name } ? [tag.name] : []) + homes(of: name, in: inner)
        }
    }

    private func value(_ scanned: ScannedTag) throws(BulkheadError) {
        let tag = try find(scanned)
        switch tag.kind {
        case .text: return
        case .optionalText:
            guard open.contains(where: { $0.tag == tag && !$0.inverted }) else {
                throw file.malformed(
                    scanned.firstLine, "“\(tag.name)” may be missing, so it must stand inside {{#\(tag.name)}}")
            }
        case .flag, .section:
            throw file.malformed(scanned.firstLine, "“\(tag.name)” is no text: use it as {{#\(tag.name)}}")
        }
    }

    private mutating func begin(_ scanned: ScannedTag, inverted: Bool) throws(BulkheadError) {
        let tag = try find(scanned)
        if tag.kind == .text {
            throw file.malformed(scanned.firstLine, "“\(tag.name)” is always there: use it as {{\(tag.name)}}")
        }
        guard !open.contains(where: { $0.tag.name == tag.name }) else {
            throw file.malformed(scanned.firstLine, "the section “\(tag.name)” stands inside itself")
        }
        guard open.count < TemplateTagCheck.deepest else {
            throw file.malformed(scanned.firstLine, "more than \(TemplateTagCheck.deepest) sections are open")
        }
        open.append(Scope(tag: tag, inverted: inverted, line: scanned.firstLine))
    }

    private mutating func end(_ scanned: ScannedTag) throws(BulkheadError) {
        guard let last = open.popLast() else {
            throw file.malformed(scanned.firstLine, "{{/\(scanned.name)}} ends a section that was not begun")
        }
        guard last.tag.name == scanned.name else {
            throw file.malformed(
                scanned.firstLine,
                "{{/\(scanned.name)}} cannot end the section “\(last.tag.name)” that begins in line \(last.line)")
        }
    }

    /// A template may repeat its own kind of escaping, no other.
    private func pragma(_ scanned: ScannedTag) throws(BulkheadError) {
        guard scanned.name.filter({ !$0.isWhitespace }) == "CONTENT_TYPE:\(escaping.rawValue)" else {
            throw file.malformed(
                scanned.firstLine, "the pragma “\(scanned.name)” would change how values are escaped",
                remedy: "leave it out; values are escaped as \(escaping.rawValue)")
        }
    }

    private func refused(_ scanned: ScannedTag, _ sigil: Character) -> BulkheadError {
        let why =
            switch sigil {
            case "{", "&": "writes a value without escaping it"
            case "=": "changes the delimiters"
            default: "takes in another template"
            }
        return file.malformed(
            scanned.firstLine, "a tag that begins with “{{\(sigil)” \(why), which is not allowed",
            remedy: "use {{tag}}, {{#tag}}…{{/tag}}, {{^tag}}…{{/tag}} and {{! comment }} only")
    }
}

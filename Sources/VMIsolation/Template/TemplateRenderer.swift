public import Isolation
import Mustache

/// Fills one template, with its tags checked once and its values always escaped.
public struct TemplateRenderer: Sendable {
    public let file: TemplateFile
    private let escaping: TemplateEscaping
    private let mustache: MustacheTemplate

    /// - Throws: ``BulkheadError`` with `templateMalformed`.
    public init(_ file: TemplateFile, tags: [TemplateTag], escaping: TemplateEscaping) throws(BulkheadError) {
        TemplateEscaping.register
        let scanned = try TemplateScanner.tags(of: file)
        var check = TemplateTagCheck(file: file, escaping: escaping, tags: tags)
        try check.check(scanned)
        self.file = file
        self.escaping = escaping
        do {
            let marked = escaping == .xml ? LineMarks.mark(file.text, tags: scanned) : file.text
            mustache = try MustacheTemplate(string: "{{% CONTENT_TYPE:\(escaping.rawValue)}}\n\(marked)")
        } catch let error as MustacheTemplate.ParserError {
            throw file.malformed(max(1, error.context.lineNumber - 1), "Mustache: \(error.error)")
        } catch {
            throw file.malformed(1, "Mustache: \(error)")
        }
    }

    /// - Throws: ``BulkheadError`` with `templateMalformed` where a value has a character that the form cannot keep.
    public func render(_ values: [String: TemplateValue]) throws(BulkheadError) -> RenderedTemplate {
        if let (tag, scalar) = TemplateValue.unwritable(in: values, for: escaping) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            throw BulkheadError(
                .templateMalformed, "template \(file.name)",
                "the value of “\(tag)” has the character U+\(code), which \(escaping.rawValue) cannot keep",
                remedy: "give a value without control characters")
        }
        let text = mustache.render(values.mapValues(\.forMustache))
        return escaping == .xml ? LineMarks.remove(from: text) : RenderedTemplate(text: text, origins: [])
    }
}

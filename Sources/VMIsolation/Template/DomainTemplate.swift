public import Isolation

/// A template for libvirt's domain XML, the operator's or our own `domain.xml`.
public struct DomainTemplate: Sendable {
    /// What rendering a template gave, good or bad.
    public struct Examination: Sendable {
        /// What would go to libvirt, unchanged.
        public let xml: String
        /// Where it is not as planned.
        public let differences: [DomainDifference]
        /// What is not safe in it and not allowed by the operator.
        public let findings: [LintFinding]

        public var isGood: Bool { differences.isEmpty && findings.isEmpty }
    }

    public let file: TemplateFile
    /// SHA-256 of the template's bytes, for ``DomainPlan/Owner``.
    public var digest: String { file.digest }
    private let renderer: TemplateRenderer

    /// - Throws: ``BulkheadError`` with `templateMalformed`.
    public init(_ file: TemplateFile) throws(BulkheadError) {
        self.file = file
        renderer = try TemplateRenderer(file, tags: DomainTags.all, escaping: .xml)
    }

    /// - Throws: ``BulkheadError`` with `templateUnreadable` or `templateMalformed`.
    public init(path: String) throws(BulkheadError) {
        try self.init(TemplateFile(path: path))
    }

    /// Our own, from the directory that Bulkhead's templates are installed in.
    public static func builtIn(in directory: String) throws(BulkheadError) -> DomainTemplate {
        try DomainTemplate(path: "\(directory)/domain.xml")
    }

    /// The XML for libvirt, checked against the plan and for safety.
    ///
    /// - Throws: ``BulkheadError`` with `templateMalformed`, `templateUnsafe` or `templateIdentity`; its evidence has
    ///   a line for everything found.
    public func render(_ plan: DomainPlan, policy: LintPolicy = .strict) throws(BulkheadError) -> String {
        let examination = try examine(plan, policy: policy)
        guard examination.isGood else { throw refusal(examination) }
        return examination.xml
    }

    /// Renders and checks without refusing: what `bulkhead template` shows.
    ///
    /// - Throws: ``BulkheadError`` with `templateMalformed` where there is no document to check.
    public func examine(_ plan: DomainPlan, policy: LintPolicy = .strict) throws(BulkheadError) -> Examination {
        let rendered = try renderer.render(plan.templateValues)
        let document: DomainDocument
        do {
            document = try DomainDocument(rendered.text, origin: rendered.origin(of:))
        } catch {
            throw file.malformed(error.line, error.detail)
        }
        return Examination(
            xml: rendered.text,
            differences: DomainComparison.differences(between: plan, and: document),
            findings: DomainLint.findings(in: document, plan: plan, policy: policy, origin: .template))
    }

    /// Safety goes before identity: who reads only the name learns the worse.
    private func refusal(_ examination: Examination) -> BulkheadError {
        let unsafe = examination.findings.map(\.description)
        let changed = examination.differences.map(\.description)
        let first = unsafe.first ?? changed.first ?? ""
        let more = unsafe.count + changed.count - 1
        return BulkheadError(
            unsafe.isEmpty ? .templateIdentity : .templateUnsafe, "template \(file.name)",
            first + (more > 0 ? " (and \(more) more)" : ""),
            remedy: unsafe.isEmpty
                ? "write the plan's tags where it differs; docs/templates.md lists them"
                : "take it out of the template, or let the operator allow the rule",
            evidence: unsafe + changed)
    }
}

/// A tag that a template may use, as docs/templates.md lists it.
public struct TemplateTag: Hashable, Sendable {
    public indirect enum Kind: Hashable, Sendable {
        /// Text that is always there: `{{name}}`.
        case text
        /// Text that may be missing: `{{#seedFile}}…{{seedFile}}…{{/seedFile}}`.
        case optionalText
        /// Yes or no: `{{#kvm}}…{{/kvm}}`, `{{^kvm}}…{{/kvm}}`.
        case flag
        /// None, one or several of a kind: `{{#disks}}…{{/disks}}` with tags of its own inside.
        case section([TemplateTag])
    }

    public let name: String
    public let kind: Kind
    public let meaning: String

    public init(_ name: String, _ kind: Kind, _ meaning: String) {
        self.name = name
        self.kind = kind
        self.meaning = meaning
    }
}

/// What a tag stands for.
public indirect enum TemplateValue: Hashable, Sendable {
    case text(String)
    case flag(Bool)
    case list([[String: TemplateValue]])

    /// As Mustache takes it: dictionaries, arrays, strings and truth values.
    var forMustache: Any {
        switch self {
        case .text(let text): text
        case .flag(let flag): flag
        case .list(let items): items.map { $0.mapValues(\.forMustache) }
        }
    }

    /// A text anywhere in the value that the escaping cannot write, with the tag's name.
    static func unwritable(
        in values: [String: TemplateValue], for escaping: TemplateEscaping
    ) -> (tag: String, scalar: Unicode.Scalar)? {
        for (tag, value) in values.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .flag: continue
            case .text(let text):
                if let scalar = escaping.forbidden(in: text) { return (tag, scalar) }
            case .list(let items):
                if let found = items.lazy.compactMap({ unwritable(in: $0, for: escaping) }).first { return found }
            }
        }
        return nil
    }
}

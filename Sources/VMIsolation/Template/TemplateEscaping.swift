import Mustache

/// How values are written into a template; the names are those of Mustache's pragma `{{% CONTENT_TYPE:XML}}`.
public enum TemplateEscaping: String, CaseIterable, Sendable {
    case xml = "XML"
    /// Each value becomes one word of a POSIX shell.
    case shell = "SHELL"
    /// Names and addresses as they are; nothing that could end one.
    case nftables = "NFTABLES"

    /// Makes both known to Mustache, once in a process.
    static let register: Void = {
        for escaping in TemplateEscaping.allCases {
            MustacheContentTypes.register(EscapedContent(escaping: escaping), named: escaping.rawValue)
        }
    }()

    public func escape(_ text: String) -> String {
        switch self {
        case .xml: XMLCharacters.escape(text)
        case .shell: ShellQuoting.quote(text)
        case .nftables: text
        }
    }

    /// What the value cannot say in this form, if anything. Line ends and tabs could stand in XML, but libvirt writes
    /// them so that a blank is read back when it starts again: another file's name.
    func forbidden(in text: String) -> Unicode.Scalar? {
        switch self {
        case .xml: text.unicodeScalars.first { $0.value < 0x20 || !XMLCharacters.allows($0) }
        case .shell: text.unicodeScalars.first { $0.value == 0 }
        case .nftables:
            text.unicodeScalars.first {
                !$0.isASCII || !($0.properties.isAlphabetic || "0123456789.:/-".unicodeScalars.contains($0))
            }
        }
    }
}

private struct EscapedContent: MustacheContentType {
    let escaping: TemplateEscaping
    func escapeText(_ text: String) -> String { escaping.escape(text) }
}

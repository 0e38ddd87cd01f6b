import Isolation

/// One file, directory or symbolic link of a tar archive; names are bytes, UTF-8 or not.
public struct TarEntry: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case file(size: Int64)
        case directory
        case symbolicLink(target: [UInt8])
    }

    public var path: [UInt8]
    public var kind: Kind
    /// The twelve permission bits.
    public var mode: UInt16
    /// Seconds since 1970.
    public var modified: Int64

    public init(path: [UInt8], kind: Kind, mode: UInt16, modified: Int64 = 0) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.modified = modified
    }
}

extension [UInt8] {
    /// A name from outside for an error's text: one line, printable, not too long.
    var quoted: String {
        let shown = RawText.encode(prefix(200)).unicodeScalars.map { scalar in
            let isEscape = scalar.value >= 0x10FF00
            let isPlain = !isEscape && (scalar.value >= 0xA0 || (0x20...0x7E).contains(scalar.value))
            guard !isPlain || scalar.properties.generalCategory == .format else { return String(scalar) }
            return "\\x" + String(isEscape ? scalar.value & 0xFF : scalar.value, radix: 16)
        }
        return "“\(shown.joined())\(count > 200 ? "…" : "")”"
    }
}

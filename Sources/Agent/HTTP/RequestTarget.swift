/// What a request line asks for, decoded.
struct RequestTarget {
    /// Without `/slave(1)`, in front of which Mesos' own clients put everything.
    let path: String
    let query: [String: String]

    /// - Returns: nil for what is no path, or holds a `%` without two digits, zero bytes or bytes that are no UTF-8.
    init?(_ text: String) {
        var text = text[...]
        if !text.hasPrefix("/") {
            // A proxy's form, http://HOST/PATH.
            guard text.lowercased().hasPrefix("http://"), let slash = text.dropFirst(7).firstIndex(of: "/") else {
                return nil
            }
            text = text[slash...]
        }
        text = text.prefix { $0 != "#" }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let decoded = Self.decode(parts[0]) else { return nil }
        path = Self.withoutProcess(decoded)
        var query: [String: String] = [:]
        for pair in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(words[0], plus: true),
                let value = words.count > 1 ? Self.decode(words[1], plus: true) : ""
            else { return nil }
            query[name] = value
        }
        self.query = query
    }

    private static func withoutProcess(_ path: String) -> String {
        let process = "/slave(1)"
        guard path.hasPrefix(process) else { return path }
        let rest = path.dropFirst(process.count)
        return rest.isEmpty ? "/" : rest.hasPrefix("/") ? String(rest) : path
    }

    /// - Parameter plus: whether `+` stands for a space.
    static func decode(_ text: Substring, plus: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(Self.digit), let low = rest.next().flatMap(Self.digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plus: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

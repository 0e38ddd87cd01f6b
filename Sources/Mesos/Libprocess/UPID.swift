/// The address of a libprocess process, as text `<id>@<ip>:<port>`: `master@192.0.2.1:5050`, `slave(1)@192.0.2.2:5051`.
public struct UPID: Hashable, Sendable, CustomStringConvertible {
    public let id: String
    /// An IPv4 address, as text.
    public let host: String
    public let port: Int

    public init(id: String, host: String, port: Int) {
        (self.id, self.host, self.port) = (id, host, port)
    }

    /// - Returns: nil for what is no address, or has an id that could not stand in a message's head.
    public init?(_ text: String) {
        guard let at = text.lastIndex(of: "@"), let colon = text.lastIndex(of: ":"), at < colon else { return nil }
        let (id, host) = (text[..<at], text[text.index(after: at)..<colon])
        let digits = text[text.index(after: colon)...].utf8
        guard id.utf8.count <= 256, id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") }),
            Self.isAddress(host), digits.count <= 5, digits.allSatisfy(Self.isDigit),
            let port = Int(String(Substring(digits))), port < 65536
        else { return nil }
        self.init(id: String(id), host: String(host), port: port)
    }

    /// Stands for no process: `@0.0.0.0:0`, as in the pid of a framework that uses HTTP.
    public var isEmpty: Bool { id.isEmpty && host == "0.0.0.0" && port == 0 }

    public var description: String { "\(id)@\(host):\(port)" }

    /// Another process at the same address.
    public func process(_ id: String) -> UPID { UPID(id: id, host: host, port: port) }

    static func isAddress(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.utf8.count) && part.utf8.allSatisfy(isDigit) && UInt8(part) != nil
                    && (part.utf8.count == 1 || !part.hasPrefix("0"))
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

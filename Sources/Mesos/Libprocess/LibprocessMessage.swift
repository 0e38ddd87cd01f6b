/// One message as it came in a POST.
public struct LibprocessMessage: Hashable, Sendable {
    /// Where answers go: never back over the connection that brought the message. Anyone can write anything here.
    public var sender: UPID
    /// The id of the process that it is for.
    public var receiver: String
    /// The full name of its type, such as `mesos.internal.PingSlaveMessage`.
    public var name: String
    public var body: [UInt8]

    public init(sender: UPID, receiver: String, name: String, body: [UInt8]) {
        (self.sender, self.receiver, self.name, self.body) = (sender, receiver, name, body)
    }

    /// Whether a request is meant as a message and not as an ordinary call.
    public static func isMeant(method: String, headers: [(String, String)]) -> Bool {
        method == "POST" && from(headers) != nil
    }

    /// - Parameter target: of the request line, not decoded.
    /// - Returns: nil for what is not meant as a message, or names no process, no type or no sender; names with control
    ///   characters are none.
    public init?(method: String, target: String, headers: [(String, String)], body: [UInt8]) {
        guard method == "POST", let from = Self.from(headers), let sender = UPID(from), target.hasPrefix("/") else {
            return nil
        }
        let path = target.dropFirst().prefix { $0 != "?" && $0 != "#" }
        guard let slash = path.firstIndex(of: "/"), let receiver = Self.decode(path[..<slash]) else { return nil }
        let name = String(path[path.index(after: slash)...])
        guard !receiver.isEmpty, !name.isEmpty, (receiver + name).utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        self.init(sender: sender, receiver: receiver, name: name, body: body)
    }

    /// The sender's address as text; `Libprocess-From` wins.
    private static func from(_ headers: [(String, String)]) -> String? {
        func value(_ name: String) -> String? {
            headers.first { $0.0.utf8.count == name.utf8.count && $0.0.lowercased() == name }?.1
        }
        if let from = value("libprocess-from") { return from }
        let prefix = "libprocess/"
        guard let agent = value("user-agent"), agent.hasPrefix(prefix) else { return nil }
        return String(agent.dropFirst(prefix.count))
    }

    /// Undoes percent-encoding.
    private static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ UInt8(ascii: "+") != $0 && UInt8(ascii: "-") != $0 }),
                let decoded = UInt8(String(Substring(digits)), radix: 16)
            else { return nil }
            bytes.append(decoded)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension LibprocessMessage {
    /// The request, byte for byte as the release's own library writes it: the body in one chunk, and none where it is empty.
    public func encoded(to receiver: UPID) -> [UInt8] {
        let from = sender.description
        var head = "POST /\(Self.encode(receiver.id))/\(name) HTTP/1.1\r\n"
        head += "User-Agent: libprocess/\(from)\r\nLibprocess-From: \(from)\r\n"
        head += "Connection: Keep-Alive\r\nHost: \r\n"
        guard !body.isEmpty else { return Array((head + "\r\n").utf8) }
        head += "Transfer-Encoding: chunked\r\n\r\n\(String(body.count, radix: 16))\r\n"
        var bytes = Array(head.utf8)
        bytes.reserveCapacity(bytes.count + body.count + 7)
        bytes += body
        bytes += "\r\n0\r\n\r\n".utf8
        return bytes
    }

    /// Parentheses and the like stay as they are; what would end the request line does not.
    private static func encode(_ id: String) -> String {
        func isPlain(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F && !"/?#%".utf8.contains(byte) }
        guard !id.utf8.allSatisfy(isPlain) else { return id }
        return id.utf8.map { byte in
            isPlain(byte) ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

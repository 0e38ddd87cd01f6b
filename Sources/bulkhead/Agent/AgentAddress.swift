import Isolation

/// Where an agent serves.
enum AgentAddress: Hashable, CustomStringConvertible {
    case tcp(host: String, port: Int)
    case unix(path: String)

    static let standard = "http://127.0.0.1:5051"

    /// - Parameter text: `http://HOST:PORT`, `http://[ADDRESS]:PORT` or `unix:/PATH`.
    /// - Throws: ``BulkheadError`` with `badOption`.
    init(_ text: String) throws(BulkheadError) {
        if text.hasPrefix("unix:") {
            let path = text.dropFirst("unix:".count)
            guard path.hasPrefix("/"), path.utf8.count <= 107 else {
                throw Self.bad(text, "it names no absolute path of up to 107 bytes")
            }
            self = .unix(path: String(path))
            return
        }
        guard text.hasPrefix("http://") else { throw Self.bad(text, "it begins with neither http:// nor unix:") }
        var rest = text.dropFirst("http://".count)
        if rest.hasSuffix("/") { rest.removeLast() }
        let isDigits = rest.hasPrefix("[")
        let end = isDigits ? rest.firstIndex(of: "]") : rest.firstIndex(of: ":") ?? rest.endIndex
        guard let end, !rest.contains(where: { "/?#@ ".contains($0) }) else {
            throw Self.bad(text, "it is more, or less, than a host and a port")
        }
        let host = isDigits ? rest[..<end].dropFirst() : rest[..<end]
        let port = rest[end...].drop { $0 == "]" }
        guard !host.isEmpty else { throw Self.bad(text, "it names no host") }
        guard let number = port.isEmpty ? 5051 : port.hasPrefix(":") ? Int(port.dropFirst()) : nil,
            1...65535 ~= number
        else { throw Self.bad(text, "“\(port)” is no port") }
        self = .tcp(host: String(host), port: number)
    }

    private static func bad(_ text: String, _ why: String) -> BulkheadError {
        BulkheadError(.badOption, "--agent “\(text)”", why, remedy: "give http://HOST:PORT or unix:/PATH")
    }

    var description: String {
        switch self {
        case .tcp(let host, let port): "http://" + (host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)")
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// Where masters announce themselves: `zk://[USER:PASSWORD@]HOST:PORT,…/PATH`.
public struct ZooKeeperAddress: Hashable, Sendable, CustomStringConvertible {
    struct Server: Hashable, Sendable {
        let host: String
        let port: Int

        /// - Parameter text: `HOST:PORT`, an IPv6 address in brackets.
        init?(_ text: Substring) {
            guard let colon = text.lastIndex(of: ":") else { return nil }
            var host = text[..<colon]
            let digits = text[text.index(after: colon)...]
            if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
            guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/@,[]".utf8.contains($0) }),
                digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let port = Int(digits), (1...65535).contains(port)
            else { return nil }
            (self.host, self.port) = (String(host), port)
        }
    }

    let servers: [Server]
    let path: String
    /// `USER:PASSWORD`, as digest authentication wants it.
    let credential: String?

    init(_ text: String) throws(DetectionError) {
        let shown = "master “\(Self.withoutPassword(text))”"
        let body = text.dropFirst("zk://".count)
        // A password may hold anything, so its end is the last @ there is.
        let at = body.lastIndex(of: "@")
        let rest = at.map { body[body.index(after: $0)...] } ?? body
        credential = at.map { String(body[..<$0]) }
        if let credential, !credential.dropFirst().contains(":") {
            throw DetectionError(
                .addressMalformed, shown, "before the @ there is no password",
                remedy: "write zk://USER:PASSWORD@HOST:PORT/PATH")
        }
        guard let slash = rest.firstIndex(of: "/"), Self.isPath(rest[slash...]) else {
            throw DetectionError(
                .addressMalformed, shown, "it lacks the path under which masters announce themselves",
                remedy: "write zk://HOST:PORT,…/PATH, such as /mesos")
        }
        path = String(rest[slash...])
        var servers: [Server] = []
        for part in rest[..<slash].split(separator: ",", omittingEmptySubsequences: false) {
            guard let server = Server(part) else {
                throw DetectionError(
                    .addressMalformed, shown, "“\(part)” is no server",
                    remedy: "write HOST:PORT; ZooKeeper's port is mostly 2181")
            }
            servers.append(server)
        }
        self.servers = servers
    }

    private static func isPath(_ text: Substring) -> Bool {
        text.utf8.count > 1
            && text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
            }
    }

    static func withoutPassword(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return text }
        let scheme = text.ranges(of: "://").first.map { text[..<$0.upperBound] }
        return (scheme ?? "") + "…" + text[at...]
    }

    public var description: String {
        let servers = servers.map { $0.host.contains(":") ? "[\($0.host)]:\($0.port)" : "\($0.host):\($0.port)" }
        return "zk://\(credential == nil ? "" : "…@")\(servers.joined(separator: ","))\(path)"
    }
}

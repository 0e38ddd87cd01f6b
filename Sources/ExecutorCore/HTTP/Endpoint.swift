import Glibc

/// Where something listens. Numbers only: a static program has no resolver.
package struct Endpoint: Hashable, Sendable {
    package var host: String
    package var port: UInt16

    package init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

    /// `10.0.0.1:5051`, `[fd00::1]:5051` or `localhost:5051`.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { return nil }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        self.init(host: host == "localhost" ? "127.0.0.1" : String(host), port: port)
        var address = in6_addr()
        guard inet_pton(isIPv6 ? AF_INET6 : AF_INET, self.host, &address) == 1 else { return nil }
    }

    package var isIPv6: Bool { host.contains(":") }

    package var text: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

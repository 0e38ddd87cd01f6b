/// What a guest may reach beside its own network: nothing, the Internet, names, destinations that are listed.
public struct EgressPolicy: Hashable, Sendable, CustomStringConvertible {
    /// The Internet, without ``inside``.
    public var hasInternet = false
    /// The host looks names up for it, and so passes on what it hides in them.
    public var hasNames = false
    public var destinations: [Destination] = []

    public static let nothing = EgressPolicy()
    /// The label of a task, or of an executor, that asks for a policy.
    public static let label = "bulkhead.egress"
    static let mostDestinations = 64

    /// What is nobody's on the Internet, or this host's neighbours': private, link-local and shared addresses, the
    /// metadata services of clouds among them, loopback, multicast, reserved ones. Source: RFC 6890.
    ///
    /// Of IPv6 all but 2000::/3, and of that what is for protocols (Teredo among them), for documentation, and 6to4, which
    /// leads to addresses of IPv4; so does 64:ff9b::/96.
    public static let inside = networks([
        ("0.0.0.0", 8), ("10.0.0.0", 8), ("100.64.0.0", 10), ("127.0.0.0", 8), ("169.254.0.0", 16), ("172.16.0.0", 12),
        ("192.0.0.0", 24), ("192.168.0.0", 16), ("198.18.0.0", 15), ("224.0.0.0", 3),
        ("::", 3), ("4000::", 2), ("8000::", 1), ("2001::", 23), ("2001:db8::", 32), ("2002::", 16),
    ])

    /// Where nothing is routed: loopback, multicast, reserved; of IPv6 what is IPv4's, and link-local too.
    public static let nowhere = networks([
        ("127.0.0.0", 8), ("224.0.0.0", 3), ("::", 127), ("::ffff:0:0", 96), ("fe80::", 10), ("ff00::", 8),
    ])

    private static func networks(_ list: [(String, Int)]) -> [Subnet] {
        list.compactMap { Subnet(address: $0, prefix: $1) }
    }

    private init() {}

    /// Reads `none`, or `nat`, `dns` and destinations, separated by commas.
    ///
    /// - Throws: ``BulkheadError`` with `badOption`.
    public init(_ text: String) throws(BulkheadError) {
        guard text != "none" else { return }
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch word {
            case "nat": hasInternet = true
            case "dns": hasNames = true
            case "none":
                throw BulkheadError(
                    .badOption, "egress “\(text)”", "“none” stands beside what is allowed", remedy: "give one of them")
            case "":
                throw BulkheadError(
                    .badOption, "egress “\(text)”", text.isEmpty ? "it is empty" : "a destination is missing",
                    remedy: "give none, or nat, dns and destinations separated by commas")
            default: destinations.append(try Destination(word))
            }
        }
        guard destinations.count <= Self.mostDestinations else {
            throw BulkheadError(
                .badOption, "egress", "it lists \(destinations.count) destinations",
                remedy: "list at most \(Self.mostDestinations), by larger prefixes and ranges of ports")
        }
    }

    public var description: String {
        let words = (hasInternet ? ["nat"] : []) + (hasNames ? ["dns"] : []) + destinations.map(\.description)
        return words.isEmpty ? "none" : words.joined(separator: ",")
    }

    /// - Parameter neighbours: networks that this host is on; the Internet does not include them.
    /// - Throws: ``BulkheadError`` with `egressRefused` that names the first thing beyond the limit.
    public func check(within limit: EgressPolicy, besides neighbours: [Subnet]) throws(BulkheadError) {
        let closed = Self.inside + neighbours
        let beyond = destinations.first { wish in
            let isListed = limit.destinations.contains { wish.isWithin($0) }
            return !isListed && (!limit.hasInternet || closed.contains { $0.overlaps(wish.network) })
        }
        let name = hasInternet && !limit.hasInternet ? "nat" : hasNames && !limit.hasNames ? "dns" : beyond?.description
        guard let name else { return }
        throw BulkheadError(
            .egressRefused, "egress “\(self)”", "“\(name)” is more than the operator allows: \(limit)",
            remedy: "ask for less, or have the agent's --egress_limit raised")
    }
}

extension EgressPolicy: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

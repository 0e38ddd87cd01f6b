/// What a guest may reach beside its own network: nothing, the Internet, destinations that are listed.
public struct EgressPolicy: Hashable, Sendable, CustomStringConvertible {
    /// The Internet, without ``inside``.
    public var hasInternet = false
    public var destinations: [Destination] = []

    public static let nothing = EgressPolicy()
    /// The label of a task, or of an executor, that asks for a policy.
    public static let label = "bulkhead.egress"
    static let mostDestinations = 64

    /// What is nobody's on the Internet, or this host's neighbours': private, link-local and shared addresses, the
    /// metadata services of clouds among them, loopback, multicast, reserved ones. Source: RFC 6890.
    public static let inside = [
        (0x0000_0000, 8), (0x0a00_0000, 8), (0x6440_0000, 10), (0x7f00_0000, 8), (0xa9fe_0000, 16), (0xac10_0000, 12),
        (0xc000_0000, 24), (0xc0a8_0000, 16), (0xc612_0000, 15), (0xe000_0000, 3),
    ].map { Subnet(base: $0, prefix: $1) }

    private init() {}

    /// Reads `none`, `nat`, or destinations and perhaps `nat`, separated by commas.
    ///
    /// - Throws: ``BulkheadError`` with `badOption`.
    public init(_ text: String) throws(BulkheadError) {
        guard text != "none" else { return }
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch word {
            case "nat": hasInternet = true
            case "none":
                throw BulkheadError(
                    .badOption, "egress “\(text)”", "“none” stands beside what is allowed", remedy: "give one of them")
            case "":
                throw BulkheadError(
                    .badOption, "egress “\(text)”", text.isEmpty ? "it is empty" : "a destination is missing",
                    remedy: "give none, nat, or destinations separated by commas")
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
        let words = (hasInternet ? ["nat"] : []) + destinations.map(\.description)
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
        guard let name = hasInternet && !limit.hasInternet ? "nat" : beyond?.description else { return }
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

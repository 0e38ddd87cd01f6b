import Isolation

/// One rule, held against one packet. What is not understood may be or not be.
struct RuleReading {
    enum Truth: Int { case no, maybe, yes }
    enum Verdict: Hashable {
        case accept, drop, leave
        case jump(String), goto(String)
        /// A map or a program decides.
        case any
    }

    private let packet: TrialPacket
    private var rest: ArraySlice<String>
    private var truth = Truth.yes
    private static let verdicts: Set = ["accept", "drop", "reject", "return", "jump", "goto", "queue"]

    init(_ rule: String, _ packet: TrialPacket) {
        self.packet = packet
        // Odd parts stand between quotes; of these one stays, so that a prefix in a log is no verdict.
        let parts = rule.split(separator: "\"", omittingEmptySubsequences: false)
        rest = parts.enumerated().flatMap { index, part in
            index % 2 == 1 ? ["\"" + part] : part.split(whereSeparator: \.isWhitespace).map(String.init)
        }[...]
    }

    /// - Returns: whether the packet meets the rule's conditions, and what the rule then says; nil where it says nothing of
    ///   the packet's way.
    mutating func read() -> (Truth, Verdict?) {
        while let word = rest.popFirst() {
            switch word {
            case "counter": if rest.first == "packets" { rest = rest.dropFirst(4) }
            case "comment": rest = rest.dropFirst()
            case "log": rest = rest.drop { !Self.verdicts.contains($0) }
            case "meta", "th": continue
            case "accept": return (truth, .accept)
            case "drop", "reject": return (truth, .drop)
            case "return": return (truth, .leave)
            case "jump", "goto": return (truth, rest.popFirst().map { word == "jump" ? .jump($0) : .goto($0) })
            case "vmap", "queue": return (truth, .any)
            default: condition(word)
            }
        }
        return (truth, nil)
    }

    private mutating func condition(_ word: String) {
        switch word {
        case "iifname", "iif": holds { [packet] in Self.device(packet.input, $0) }
        case "oifname", "oif": holds { [packet] in Self.device(packet.output, $0) }
        case "l4proto": holds { [packet] in Self.same(packet.transport, $0) }
        case "nfproto", "protocol": holds { $0 == "ipv4" || $0 == "ip" ? .yes : .no }
        case "dport": holds { [packet] in Self.port(packet.port, $0) }
        case "sport": holds { [packet] in Self.port(packet.sourcePort, $0) }
        case "tcp", "udp", "sctp", "dccp", "icmp", "icmpv6", "ip6":
            note(word == "ip6" || word == "icmpv6" ? .no : Self.same(packet.transport, word))
        case "ip": internet()
        case "ct": connection()
        case "fib":
            guard rest.starts(with: ["daddr", "type"]) else { return note(.maybe) }
            rest = rest.dropFirst(2)
            holds { [packet] in $0 == packet.kind.rawValue ? .yes : .no }
        default: note(.maybe)
        }
    }

    private mutating func internet() {
        switch rest.popFirst() {
        case "saddr": holds { [packet] in Self.address(packet.source, $0) }
        case "daddr": holds { [packet] in Self.address(packet.destination, $0) }
        case "protocol": holds { [packet] in Self.same(packet.transport, $0) }
        default: note(.maybe)
        }
    }

    /// Of a connection whose addresses nobody translates.
    private mutating func connection() {
        switch rest.popFirst() {
        case "state": holds { [packet] in $0 == (packet.isAnswer ? "established" : "new") ? .yes : .no }
        case "status": holds { _ in .no }
        default: note(.maybe)
        }
    }

    private mutating func note(_ part: Truth) { if part.rawValue < truth.rawValue { truth = part } }

    /// Reads what a field is compared with: a value, some with commas between them, or a set in braces.
    private mutating func holds(_ test: (String) -> Truth) {
        var isNegated = false
        if rest.first == "!=" || rest.first == "==" { isNegated = rest.popFirst() == "!=" }
        var values: [String]
        switch rest.first {
        // A map says what comes of it.
        case "vmap": return
        case "{":
            values = rest.dropFirst().prefix { $0 != "}" }.map { $0.filter { $0 != "," } }
            rest = rest.drop { $0 != "}" }.dropFirst()
        default: values = rest.popFirst().map { $0.split(separator: ",").map(String.init) } ?? []
        }
        // A set that has a name, a mask, or several fields at once.
        let isPlain = !values.contains { $0.hasPrefix("@") || [".", "<", ">", "<=", ">=", "&"].contains($0) }
        guard isPlain, ![".", "&", "|", "and", "or"].contains(rest.first) else { return note(.maybe) }
        let found = values.map { test($0.hasPrefix("\"") ? String($0.dropFirst()) : $0).rawValue }.max().flatMap(Truth.init) ?? .maybe
        note(isNegated ? Truth(rawValue: 2 - found.rawValue) ?? .maybe : found)
    }
}

extension RuleReading {
    fileprivate static func device(_ name: String, _ pattern: String) -> Truth {
        if pattern.hasSuffix("*") { return name.hasPrefix(pattern.dropLast()) ? .yes : .no }
        return name == pattern ? .yes : .no
    }

    fileprivate static func same(_ transport: String?, _ name: String) -> Truth {
        let numbers = ["6": "tcp", "17": "udp"]
        return transport.map { $0 == numbers[name] ?? name ? .yes : .no } ?? .maybe
    }

    fileprivate static func port(_ port: Int?, _ text: String) -> Truth {
        let ends = text.split(separator: "-").map { Int($0) }
        guard let port, let first = ends.first ?? nil, let last = ends.last ?? nil else { return .maybe }
        return first <= port && port <= last ? .yes : .no
    }

    fileprivate static func address(_ address: UInt32?, _ text: String) -> Truth {
        guard let address else { return .maybe }
        let parts = text.split(separator: "/").map(String.init)
        if parts.count == 2, let prefix = Int(parts[1]), 0...32 ~= prefix, let base = Subnet.number(parts[0]) {
            return Subnet(base: UInt128(base), prefix: prefix).contains(address) ? .yes : .no
        }
        let ends = text.split(separator: "-").map { Subnet.number(String($0)) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil else { return .maybe }
        return first <= address && address <= last ? .yes : .no
    }
}

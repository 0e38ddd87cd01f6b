/// The rules of this host's packet filter, whoever has set them, as `nft list ruleset` shows them: those of iptables (as
/// long as it is nftables' own), Docker, ufw and firewalld among them.
struct HostRules: Sendable {
    struct Chain: Sendable {
        var family: String
        var table: String
        var name: String
        /// Where packets enter it by themselves.
        var hook: String?
        /// What came to its end is dropped.
        var drops = false
        var rules: [String] = []
    }

    private(set) var chains: [Chain] = []

    init(_ text: String) {
        var (family, table) = ("", "")
        var chain: Chain?
        // Sets and the like, and the lines that a rule goes over.
        var (skipped, unfinished) = (0, "")
        for line in text.split(separator: "\n") {
            let line = line.trimmingPrefix(while: \.isWhitespace)
            if line.hasPrefix("#") { continue }
            let words = line.split(separator: " ").map(String.init)
            if skipped > 0 {
                skipped += Self.depth(words)
            } else if chain != nil {
                unfinished += (unfinished.isEmpty ? "" : " ") + line
                if Self.depth(unfinished.split(separator: " ").map(String.init)) > 0 { continue }
                if unfinished == "}", let whole = chain {
                    chains.append(whole)
                    chain = nil
                } else {
                    chain?.add(unfinished)
                }
                unfinished = ""
            } else if words.first == "table", words.count > 2 {
                (family, table) = (words[1], words[2])
            } else if words.first == "chain", words.count > 1 {
                chain = Chain(family: family, table: table, name: words[1])
            } else if words.last == "{" {
                skipped = 1
            }
        }
    }

    private static func depth(_ words: [String]) -> Int {
        words.filter { $0 == "{" }.count - words.filter { $0 == "}" || $0 == "}," }.count
    }

    func has(_ name: String, beside chain: Chain) -> Bool {
        chains.contains { $0.table == chain.table && $0.family == chain.family && $0.name.hasPrefix(name) }
    }
}

extension HostRules.Chain {
    fileprivate mutating func add(_ line: String) {
        guard line.hasPrefix("type ") else { return rules.append(line) }
        let words = line.replacing(";", with: "").split(separator: " ").map(String.init)
        drops = line.contains("policy drop;")
        // Others translate addresses, or do so before it is known where to.
        guard words.count > 3, words[1] == "filter", words[2] == "hook" else { return }
        hook = words[3]
    }
}

import Isolation

/// What of the host's guests of ours cannot be without, and other firewalls may drop.
enum GuestNeed: Hashable, Sendable {
    case dhcp
    /// Of connections that the host begins.
    case answers
    /// Where executors reach their agent.
    case service(address: String, port: Int)
    /// To wherever a guest's policy lets it.
    case wayOut
    case wayBack

    struct Finding: Hashable, Sendable {
        var words: String
        var remedy: String
    }

    /// - Returns: nil where the rules let it through, or may do so.
    func obstacle(in rules: HostRules, for guests: GuestNetwork) -> Finding? {
        obstacle(in: rules, bridge: guests.bridge, outside: HostRoutes.outside ?? "")
    }

    /// - Parameter outside: the device of the host's default route.
    func obstacle(in rules: HostRules, bridge: String, outside: String) -> Finding? {
        let (what, packets) = trial(bridge, outside)
        let found = packets.map(rules.obstacle)
        // One that may pass is enough.
        guard !found.contains(where: { $0 == nil }), let (obstacle, chain) = found.first ?? nil else { return nil }
        return Finding(
            words: "chain \(obstacle.chain) of table \(obstacle.table) drops \(what), on \(bridge): \(obstacle.rule)",
            remedy: remedy(chain, rules, bridge))
    }

    private func trial(_ bridge: String, _ outside: String) -> (what: String, packets: [TrialPacket]) {
        switch self {
        case .dhcp: ("what guests ask the DHCP server", [.dhcp(from: bridge)])
        case .answers: ("what guests answer the host", [.answer(from: bridge)])
        case .service(let address, let port):
            ("what executors send to TCP port \(port)", [.service(from: bridge, address, port)])
        case .wayOut:
            ("all that guests send out", ["tcp", "udp"].map { .leaving(from: bridge, by: outside, $0) })
        case .wayBack:
            ("all answers to guests", ["tcp", "udp"].map { .returning(to: bridge, from: outside, $0) })
        }
    }

    private func remedy(_ chain: HostRules.Chain, _ rules: HostRules, _ bridge: String) -> String {
        if chain.table == "firewalld" {
            return "firewall-cmd --permanent --zone=trusted --add-interface=\(bridge) && firewall-cmd --reload; "
                + "what guests may reach our own rules say"
        }
        let isIPTables = chain.family == "ip" && chain.table == "filter" && chain.name == chain.name.uppercased()
        guard isIPTables else {
            return "have chain \(chain.name) accept it; as iptables would write it: \(conditions(bridge).joined(separator: "; "))"
        }
        if isForwarding, rules.has("DOCKER-USER", beside: chain) { return commands("DOCKER-USER", bridge) }
        guard rules.has("ufw-", beside: chain) else { return commands(chain.name, bridge) }
        switch self {
        case .dhcp: return "ufw allow in on \(bridge) to any port 67 proto udp"
        case .service(_, let port): return "ufw allow in on \(bridge) to any port \(port) proto tcp"
        case .wayOut: return "ufw route allow in on \(bridge)"
        case .answers, .wayBack: return commands(chain.name, bridge)
        }
    }

    private var isForwarding: Bool { self == .wayOut || self == .wayBack }

    private func commands(_ chain: String, _ bridge: String) -> String {
        conditions(bridge).map { "iptables -I \(chain) \($0)" }.joined(separator: "; ")
    }

    /// Both directions where there are two.
    private func conditions(_ bridge: String) -> [String] {
        let answers = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
        switch self {
        case .dhcp: return ["-i \(bridge) -p udp --dport 67 -j ACCEPT"]
        case .answers: return ["-i \(bridge) \(answers)"]
        case .service(_, let port): return ["-i \(bridge) -p tcp --dport \(port) -j ACCEPT"]
        case .wayOut, .wayBack: return ["-i \(bridge) -j ACCEPT", "-o \(bridge) \(answers)"]
        }
    }
}

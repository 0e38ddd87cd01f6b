extension HostRules {
    /// Where a packet's way ends for certain, whatever of the rules we do not understand.
    struct Obstacle: Hashable, Sendable {
        var chain: String
        var table: String
        /// The rule, or `policy drop`.
        var rule: String
    }

    /// What may become of a packet.
    struct Outcomes: OptionSet {
        let rawValue: Int
        static let accepted = Outcomes(rawValue: 1)
        static let dropped = Outcomes(rawValue: 2)
        /// The chain is over, and the one that called it goes on.
        static let left = Outcomes(rawValue: 4)
    }

    /// - Returns: nil where it may pass.
    func obstacle(to packet: TrialPacket) -> (Obstacle, Chain)? {
        for chain in chains where chain.hook == packet.way.rawValue && ["ip", "inet"].contains(chain.family) {
            var culprit: String?
            var outcomes = walk(chain, packet, &culprit, depth: 0)
            if outcomes.contains(.left) {
                outcomes.remove(.left)
                outcomes.insert(chain.drops ? .dropped : .accepted)
            }
            guard outcomes == .dropped else { continue }
            let table = "\(chain.family) \(chain.table)"
            return (Obstacle(chain: chain.name, table: table, rule: culprit ?? "policy drop"), chain)
        }
        return nil
    }

    private func walk(_ chain: Chain, _ packet: TrialPacket, _ culprit: inout String?, depth: Int) -> Outcomes {
        var all: Outcomes = []
        // The kernel has no deeper calls.
        guard depth < 16 else { return [.accepted, .dropped, .left] }
        for text in chain.rules {
            var reading = RuleReading(text, packet)
            let (truth, verdict) = reading.read()
            guard truth != .no, let verdict else { continue }
            var (now, goesOn) = (Outcomes(), false)
            switch verdict {
            case .accept: now = .accepted
            case .drop:
                now = .dropped
                culprit = culprit ?? text
            case .leave: now = .left
            case .any: (now, goesOn) = ([.accepted, .dropped, .left], true)
            case .jump(let name), .goto(let name):
                now = called(name, chain).map { walk($0, packet, &culprit, depth: depth + 1) } ?? [.left]
                if case .jump = verdict { goesOn = now.remove(.left) != nil }
            }
            all.formUnion(now)
            if truth == .yes && !goesOn { return all }
        }
        return all.union(.left)
    }

    private func called(_ name: String, _ chain: Chain) -> Chain? {
        chains.first { $0.name == name && $0.table == chain.table && $0.family == chain.family }
    }
}

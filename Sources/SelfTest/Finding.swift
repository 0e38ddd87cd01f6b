/// What one probe came to.
public struct Finding: Hashable, Codable, Sendable {
    public enum Verdict: String, Codable, Sendable {
        /// What is allowed works, or does not, and then nothing of this test proves anything.
        case works, broken
        case held
        case breach
        /// There was no way to try it here; `evidence` says why.
        case notTried
    }

    /// Unique, such as `guest-udp`.
    public var probe: String
    public var wall: Wall
    /// What was tried, in words.
    public var tried: String
    public var to: String
    public var verdict: Verdict
    /// What was seen of it, and where.
    public var evidence: String

    init(_ probe: String, _ wall: Wall, _ tried: String, to: String, _ verdict: Verdict, _ evidence: String) {
        self.probe = probe
        self.wall = wall
        self.tried = tried
        self.to = to
        self.verdict = verdict
        self.evidence = evidence
    }

    /// A positive control.
    init(control probe: String, _ tried: String, to: String, works: Bool, _ evidence: String) {
        self.init(probe, .control, tried, to: to, works ? .works : .broken, works ? evidence : "not: \(evidence)")
    }
}

/// What keeps a guest in; one row each of the README's table.
public enum Wall: String, Codable, Sendable, CaseIterable {
    /// What is allowed works: a dead network must not pass for a wall.
    case control
    case neighbour, host, outside, egress, identity, agent, machine, files, resources
}

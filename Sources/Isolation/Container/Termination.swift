/// How a container ended, and what proves it.
public struct Termination: Hashable, Codable, Sendable {
    public var outcome: Outcome
    /// Which event or file told it, such as `domain event: crashed` or `file result: status 7`.
    public var evidence: [String]
    /// What else went wrong after the command had ended: a file that could not be fetched.
    public var flaws: [BulkheadError]
    /// What of the files to be fetched was refused, each with its reason.
    public var leftOut: [LeftOut]

    public init(
        _ outcome: Outcome, evidence: [String] = [], flaws: [BulkheadError] = [], leftOut: [LeftOut] = []
    ) {
        self.outcome = outcome
        self.evidence = evidence
        self.flaws = flaws
        self.leftOut = leftOut
    }

    func with(_ more: [String]) -> Termination {
        var termination = self
        termination.evidence += more
        return termination
    }
}

/// What of one fetched tree was not taken: links that lead out of it, what is no file, what could not be read.
public struct LeftOut: Hashable, Codable, Sendable {
    public var guest: String
    public var count: Int
    /// The first of them, in words.
    public var notes: [String]

    public init(guest: String, count: Int, notes: [String]) {
        self.guest = guest
        self.count = count
        self.notes = notes
    }
}

/// A limit that a container has reached, by which it is to end.
public struct Limitation: Hashable, Codable, Sendable {
    public enum Limit: String, Codable, Sendable { case time, memory, disk, other }

    public var limit: Limit
    /// What was seen: used against allowed.
    public var evidence: String
    /// The command is sent SIGTERM and given this long before it is destroyed.
    public var grace: Duration?

    public init(_ limit: Limit, evidence: String, grace: Duration? = nil) {
        self.limit = limit
        self.evidence = evidence
        self.grace = grace
    }

    var termination: Termination {
        let outcome: Outcome =
            switch limit {
            case .time: .timeLimit
            case .memory: .outOfMemory
            case .disk: .outOfDisk(nil)
            case .other: .limitReached(evidence)
            }
        return Termination(outcome, evidence: [evidence])
    }
}

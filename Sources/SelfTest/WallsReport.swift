/// What a self-test came to, as a whole.
public struct WallsReport: Codable, Sendable {
    public var findings: [Finding]

    public init(_ findings: [Finding]) { self.findings = findings }

    public func count(_ verdict: Finding.Verdict) -> Int { findings.count { $0.verdict == verdict } }

    /// What is allowed works, so that what did not come through was kept back.
    public var proves: Bool { count(.broken) == 0 && count(.works) > 0 }

    /// One line for the end.
    public var summary: String {
        "\(count(.held)) held, \(count(.breach)) breached, \(count(.notTried)) not tried; "
            + "controls: \(count(.works)) work, \(count(.broken)) do not"
    }

    public var rows: [[String]] {
        [["PROBE", "TRIED", "TO", "RESULT", "SEEN"]]
            + findings.map { [$0.probe, $0.tried, $0.to, Self.word($0.verdict), $0.evidence] }
    }

    private static func word(_ verdict: Finding.Verdict) -> String {
        switch verdict {
        case .works: "works"
        case .broken: "BROKEN"
        case .held: "held"
        case .breach: "BREACH"
        case .notTried: "not tried"
        }
    }
}

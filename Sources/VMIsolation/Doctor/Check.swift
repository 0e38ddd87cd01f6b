/// One thing that the doctor looked at.
public struct Check: Sendable, Codable {
    public enum Verdict: String, Sendable, Codable { case ok, warning, failure }

    public var name: String
    public var verdict: Verdict
    /// What was seen.
    public var evidence: String
    /// What helps; empty where nothing needs help.
    public var fix: String

    static func ok(_ name: String, _ evidence: String) -> Check {
        Check(name: name, verdict: .ok, evidence: evidence, fix: "")
    }
    static func warning(_ name: String, _ evidence: String, fix: String) -> Check {
        Check(name: name, verdict: .warning, evidence: evidence, fix: fix)
    }
    static func failure(_ name: String, _ evidence: String, fix: String) -> Check {
        Check(name: name, verdict: .failure, evidence: evidence, fix: fix)
    }
}

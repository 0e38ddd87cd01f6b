/// One thing in a template that is not safe.
public struct LintFinding: Hashable, Sendable, CustomStringConvertible {
    public let line: Int
    public let rule: LintRule
    /// Path of the element below the domain, such as `devices/filesystem`.
    public let path: String
    /// What the rule looked at: a path of the host, a type, a name. An exception may name it.
    public let value: String?

    public var description: String {
        let what = value.map { " “\($0)”" } ?? ""
        return "line \(line): \(rule.rawValue): \(path)\(what): \(rule.reason)"
    }
}

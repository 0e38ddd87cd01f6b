public import Isolation

/// What the operator, never a task, allows templates beyond the rules.
public struct LintPolicy: Hashable, Sendable {
    /// A rule, and where it is bounded, the one value it is lifted for.
    struct Exception: Hashable, Sendable {
        var rule: LintRule
        var value: String?
    }

    /// Nothing is allowed.
    public static let strict = LintPolicy()

    let exceptions: Set<Exception>

    private init() { exceptions = [] }

    /// - Parameter allow: rules such as `graphics`, or with a value such as `filesystem:/srv/ro`.
    /// - Throws: ``BulkheadError`` with `badOption` where there is no such rule.
    public init(allow: [String]) throws(BulkheadError) {
        var exceptions = Set<Exception>()
        for text in allow { exceptions.insert(try LintPolicy.exception(text)) }
        self.exceptions = exceptions
    }

    private static func exception(_ text: String) throws(BulkheadError) -> Exception {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let rule = LintRule(rawValue: parts[0]), rule.canBeAllowed else {
            let known = LintRule.allCases.filter(\.canBeAllowed).map(\.rawValue).joined(separator: ", ")
            throw BulkheadError(
                .badOption, "template exception “\(text)”", "there is no rule “\(parts[0])” that can be allowed",
                remedy: "rules: \(known); after a colon, the one value it is lifted for")
        }
        guard parts.count == 1 || !parts[1].isEmpty else {
            throw BulkheadError(
                .badOption, "template exception “\(text)”", "no value follows the colon",
                remedy: "write \(rule.rawValue) alone, or \(rule.rawValue):VALUE")
        }
        return Exception(rule: rule, value: parts.count > 1 ? parts[1] : nil)
    }

    func allows(_ finding: LintFinding) -> Bool {
        finding.rule.canBeAllowed && allows(finding.rule, finding.value)
    }

    func allows(_ rule: LintRule, _ value: String?) -> Bool {
        if exceptions.contains(Exception(rule: rule, value: nil)) { return true }
        return value.map { exceptions.contains(Exception(rule: rule, value: $0)) } ?? false
    }
}

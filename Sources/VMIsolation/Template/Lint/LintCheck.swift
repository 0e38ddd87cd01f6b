/// One row of the lint's table: elements at a path, and what is wrong with one of them, if anything.
struct LintCheck: Sendable {
    enum Verdict {
        case fine
        /// With what the finding names.
        case refused(String?)
    }
    var rule: LintRule
    var path: String
    var test: @Sendable (DomainDocument.Node, DomainLint) -> Verdict

    init(_ rule: LintRule, _ path: String, _ test: @escaping @Sendable (DomainDocument.Node, DomainLint) -> Verdict) {
        self.rule = rule
        self.path = path
        self.test = test
    }

    /// An attribute that may have one of a few values only; a missing one counts as empty.
    static func attribute(_ rule: LintRule, _ path: String, _ name: String, _ allowed: Set<String>) -> LintCheck {
        LintCheck(rule, path) { node, _ in
            allowed.contains(node[name] ?? "") ? .fine : .refused(node[name] ?? "no \(name)")
        }
    }

    static func text(_ rule: LintRule, _ path: String, _ allowed: Set<String>) -> LintCheck {
        LintCheck(rule, path) { node, _ in
            allowed.contains(node.text.trimmedAll) ? .fine : .refused(node.text.trimmedAll)
        }
    }

    /// A file of the host that an attribute may name only where the plan does.
    static func hostFile(
        _ path: String, _ name: String, _ planned: @escaping @Sendable (DomainLint) -> String?
    ) -> LintCheck {
        LintCheck(.hostFile, path) { node, lint in
            guard let file = node[name] else { return .fine }
            return file.withoutRepeatedSlashes == planned(lint)?.withoutRepeatedSlashes ? .fine : .refused(file)
        }
    }
}

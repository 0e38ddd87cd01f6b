import Agent
import Isolation

/// One flag of the agent. What is parsed, `--help`, GET_FLAGS and the table in docs/configuration.md all come from
/// ``all``.
struct AgentFlag: Sendable {
    enum Kind: Sendable {
        case text
        case choice([String])
        case duration(ClosedRange<Duration>)
        case number(ClosedRange<Double>)
        case integer(ClosedRange<Int>)
        /// In MiB or with a unit.
        case size(least: Memory)
        /// `--NAME`, `--no-NAME`, `--NAME=true` or `=false`.
        case boolean
    }

    var name: String
    /// What it takes, in capitals.
    var value: String
    /// Nil where there is none.
    var standard: String?
    var kind = Kind.text
    var meaning: String
    /// Its value is shown to nobody.
    var isSecret = false
    /// In the configuration file, where it is not the name.
    private var fileKey: String?

    init(
        _ name: String, _ value: String, default standard: String? = nil, as kind: Kind = .text,
        isSecret: Bool = false, key: String? = nil, _ meaning: String
    ) {
        (self.name, self.value, self.standard, self.kind) = (name, value, standard, kind)
        (self.meaning, self.isSecret, fileKey) = (meaning, isSecret, key)
    }

    static func named(_ name: String) -> AgentFlag? { all.first { $0.name == name } }

    /// As an environment variable.
    var variable: String { "BULKHEAD_" + name.uppercased() }

    var key: String { fileKey ?? name }

    /// - Returns: what is wrong with a value, and what helps; nil for one that can be meant.
    func complaint(about text: String) -> (why: String, remedy: String)? {
        switch kind {
        case .text: return nil
        case .choice(let names):
            return names.contains(text) ? nil : ("there is no such choice", "give \(Self.listed(names))")
        case .duration(let range):
            let isFine = MesosDuration.read(text).map(range.contains) ?? false
            let words = "\(MesosDuration.text(range.lowerBound)) to \(MesosDuration.text(range.upperBound))"
            return isFine ? nil : ("it is no time of \(words)", "write it as 90secs, 15mins, 2hrs or 1weeks")
        case .number(let range):
            let isFine = Double(text).map(range.contains) ?? false
            return isFine ? nil : ("it is no such number", "give \(range.lowerBound) to \(range.upperBound)")
        case .integer(let range):
            let isFine = Int(text).map(range.contains) ?? false
            return isFine ? nil : ("it is no such number", "give \(range.lowerBound) to \(range.upperBound)")
        case .size(let least):
            let isFine = Memory(text).map { $0 >= least } ?? false
            return isFine ? nil : ("it is no amount from \(least.kibibytes) KiB up", "write it as 10, 512K or 1.5G")
        case .boolean:
            return ["true", "false"].contains(text) ? nil : ("it is neither true nor false", "give one of them")
        }
    }

    private static func listed(_ names: [String]) -> String {
        names.dropLast().joined(separator: ", ") + (names.count > 1 ? " or " : "") + (names.last ?? "")
    }

    /// On a command line.
    var form: String {
        if case .boolean = kind { "--[no-]\(name)" } else { "--\(name)=\(value)" }
    }

    /// The table of docs/configuration.md.
    static var markdown: String {
        let rows = all.map { flag in
            "| `\(flag.form)` | `\(flag.variable)` | \(flag.standard.map { "`\($0)`" } ?? "none") | \(flag.meaning) |\n"
        }
        return "| flag | variable | default | meaning |\n| --- | --- | --- | --- |\n" + rows.joined()
    }

    static var help: String {
        let rows = all.map { flag in
            "  \(flag.form)" + (flag.standard.map { " (default: \($0))" } ?? "") + "\n      "
                + flag.meaning.filter { $0 != "`" } + "\n"
        }
        return "usage: bulkhead-agent --work_dir=PATH [--FLAG=VALUE…]\n\n"
            + "Each flag may come from the environment as well, as BULKHEAD_FLAG, or from a file; docs/configuration.md\n\n"
            + rows.joined()
    }
}

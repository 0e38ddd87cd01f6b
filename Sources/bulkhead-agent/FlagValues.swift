import Agent
import Foundation
import HostSetup
import Isolation

/// The flags as they were given: the command line wins over the environment, this over the file, all over defaults.
struct FlagValues: Sendable {
    private var values: [String: String] = [:]
    /// Of this host, for whoever starts containers here: `budget.…` as the flags say.
    let host: Settings

    /// - Parameter words: `--NAME=VALUE`, or `--NAME VALUE`; `--NAME` and `--no-NAME` for what is true or false.
    /// - Throws: ``BulkheadError`` with `badOption`.
    init(_ words: [String], environment: (String) -> String?) throws(BulkheadError) {
        let given = try Self.read(words)
        var all: [String: String] = [:]
        for flag in AgentFlag.all {
            guard let value = environment(flag.variable), !value.isEmpty else { continue }
            try Self.check(value, of: flag, flag.variable)
            all[flag.name] = value
        }
        all.merge(given) { $1 }
        var budgets: [String: String] = [:]
        for flag in AgentFlag.all where flag.key.hasPrefix("budget.") { budgets[flag.key] = all[flag.name] }
        host = try Settings(path: all["config"], winning: budgets)
        values = all
        try take(host.file)
    }

    private static func read(_ words: [String]) throws(BulkheadError) -> [String: String] {
        var values: [String: String] = [:]
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else { throw bad(word, "it is no flag", "write --NAME=VALUE") }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let (flag, standard) = try find(parts.first.map(String.init) ?? "")
            guard values[flag.name] == nil else { throw bad("--\(flag.name)", "it is given twice", "give it once") }
            guard let value = parts.count > 1 ? String(parts[1]) : standard ?? rest.popFirst(), !value.isEmpty else {
                throw bad("--\(flag.name)", "it has no value", "write --\(flag.name)=VALUE")
            }
            guard standard != "false" || parts.count == 1 else {
                throw bad(word, "it takes no value", "write --\(flag.name)=\(value)")
            }
            try check(value, of: flag, "--\(flag.name)")
            values[flag.name] = value
        }
        return values
    }

    /// - Returns: the flag, and what it means where no value stands beside it.
    private static func find(_ name: String) throws(BulkheadError) -> (AgentFlag, String?) {
        if let flag = AgentFlag.named(name) {
            if case .boolean = flag.kind { return (flag, "true") }
            return (flag, nil)
        }
        if name.hasPrefix("no-"), let flag = AgentFlag.named(String(name.dropFirst(3))), case .boolean = flag.kind {
            return (flag, "false")
        }
        throw bad("--\(name)", "there is no flag of this name", "see bulkhead-agent --help")
    }

    private mutating func take(_ file: ConfigurationFile) throws(BulkheadError) {
        let flags = AgentFlag.all.filter { $0.name != "config" }
        try file.check(against: Settings.keys.union(flags.map(\.key)))
        for flag in flags {
            guard let value = file.text(flag.key), !value.isEmpty else { continue }
            try Self.check(value, of: flag, "configuration \(file.path), key \(flag.key)")
            if values[flag.name] == nil { values[flag.name] = value }
        }
    }

    private static func check(_ value: String, of flag: AgentFlag, _ origin: String) throws(BulkheadError) {
        guard let (why, remedy) = flag.complaint(about: value) else { return }
        throw bad("\(origin) “\(value)”", why, remedy)
    }

    /// The value, or the default.
    subscript(_ name: String) -> String? { values[name] ?? AgentFlag.named(name)?.standard }

    func isGiven(_ name: String) -> Bool { values[name] != nil }

    /// Of flags whose kind was checked, and that have a default.
    func duration(_ name: String) -> Duration { self[name].flatMap { MesosDuration.read($0) } ?? .zero }
    func number(_ name: String) -> Double { self[name].flatMap(Double.init) ?? 0 }
    func integer(_ name: String) -> Int { self[name].flatMap { Int($0) } ?? 0 }
    func isTrue(_ name: String) -> Bool { self[name] == "true" }

    /// For tools to see.
    var shown: [(name: String, value: String)] {
        AgentFlag.all.compactMap { flag in
            self[flag.name].map { (flag.name, flag.isSecret ? "" : $0) }
        }
    }

    static func bad(_ subject: String, _ why: String, _ remedy: String) -> BulkheadError {
        BulkheadError(.badOption, subject, why, remedy: remedy)
    }
}

import Configuration
import Foundation
public import Isolation

/// The keys of docs/configuration.md: from `BULKHEAD_…` variables, then from a JSON file.
public struct Settings: Sendable {
    /// What the file may hold beside the flags of an agent.
    public static let keys = Set(
        ["connect", "state.dir", "cache.dir", "templates.dir", "template.allow", "agent", "credentials"]
            + LaunchStage.allCases.filter { $0 != .run }.map { "budget.\($0.rawValue)" })

    private let reader: ConfigReader
    public let file: ConfigurationFile

    /// - Parameters:
    ///   - path: of the file, instead of `BULKHEAD_CONFIG` and the standard one.
    ///   - winning: keys with values that win over all others.
    /// - Throws: ``BulkheadError`` with `badOption` where the file is missing though named, or is no JSON.
    public init(path: String? = nil, winning: [String: String] = [:]) throws(BulkheadError) {
        let named = path ?? ProcessInfo.processInfo.environment["BULKHEAD_CONFIG"]
        file = try ConfigurationFile(path: named ?? "/etc/bulkhead/config.json", isNeeded: named != nil)
        reader = ConfigReader(providers: [
            Self.provider(winning), EnvironmentVariablesProvider().prefixKeys(with: "bulkhead"),
            Self.provider(file.values),
        ])
    }

    private static func provider(_ values: [String: String]) -> InMemoryProvider {
        var all: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, value) in values {
            all[AbsoluteConfigKey(key.split(separator: ".").map(String.init))] = ConfigValue(
                .string(value), isSecret: false)
        }
        return InMemoryProvider(values: all)
    }

    /// - Parameter key: as in the file, with dots: `state.dir`.
    public func text(_ key: String) -> String? {
        reader.string(forKey: ConfigKey(key.split(separator: ".").map(String.init))).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A comma-separated list.
    public func list(_ key: String) -> [String] {
        (text(key) ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// Each stage's budget in seconds: `budget.lease`, or `BULKHEAD_BUDGET_LEASE`.
    ///
    /// - Throws: ``BulkheadError`` with `badOption` naming the key.
    public func budgets() throws(BulkheadError) -> LaunchBudgets {
        var budgets = LaunchBudgets()
        for stage in LaunchStage.allCases where stage != .run {
            guard let text = text("budget.\(stage.rawValue)") else { continue }
            guard let seconds = Double(text), seconds > 0, seconds <= 86400 else {
                throw BulkheadError(
                    .badOption, "configuration key budget.\(stage.rawValue)", "“\(text)” is no number of seconds",
                    remedy: "give seconds from above 0 to 86400")
            }
            budgets.stages[stage] = .seconds(seconds)
        }
        return budgets
    }
}

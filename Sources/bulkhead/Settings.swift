import Configuration
import Foundation
import Isolation
import SystemPackage

/// The keys of docs/configuration.md: from `BULKHEAD_…` variables, then from a JSON file.
struct Settings {
    private let reader: ConfigReader

    /// - Throws: ``BulkheadError`` with `badOption` where the file is missing though named, or is no JSON.
    init() async throws {
        let named = ProcessInfo.processInfo.environment["BULKHEAD_CONFIG"]
        let path = named ?? "/etc/bulkhead/config.json"
        do {
            let file = try await FileProvider<JSONSnapshot>(filePath: FilePath(path), allowMissing: named == nil)
            reader = ConfigReader(providers: [EnvironmentVariablesProvider().prefixKeys(with: "bulkhead"), file])
        } catch {
            throw BulkheadError(
                .badOption, "configuration \(path)", "\(error)", remedy: "correct the file or remove it")
        }
    }

    /// - Parameter key: as in the file, with dots: `state.dir`.
    func text(_ key: String) -> String? {
        reader.string(forKey: ConfigKey(key.split(separator: ".").map(String.init))).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A comma-separated list.
    func list(_ key: String) -> [String] {
        (text(key) ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// Each stage's budget in seconds: `budget.lease`, or `BULKHEAD_BUDGET_LEASE`.
    func budgets() throws -> LaunchBudgets {
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

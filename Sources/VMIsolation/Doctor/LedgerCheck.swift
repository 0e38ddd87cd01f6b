import Foundation
import Isolation

/// Looks at the ledger and changes nothing: one that is missing stays so, and one of an earlier version as it is.
struct LedgerCheck {
    let check: Check
    /// Only to be read; nil where it cannot be.
    let ledger: Ledger?

    init(path: String) {
        guard FileManager.default.fileExists(atPath: path) else {
            (check, ledger) = (.ok("ledger", "\(path) is made by the first run"), nil)
            return
        }
        do {
            let found = try Ledger(reading: path)
            if let flaw = try found.flaw() {
                (check, ledger) = (.failure("ledger", "\(path): \(flaw)", fix: Ledger.movingAway), nil)
            } else {
                let count = try found.records().count
                (check, ledger) = (.ok("ledger", "\(path) is sound, containers: \(count)"), found)
            }
        } catch {
            (check, ledger) = (.failure("ledger", "\(error.subject): \(error.detail)", fix: error.remedy), nil)
        }
    }
}

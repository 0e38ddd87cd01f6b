import Foundation
import GRDB
import Isolation

extension Ledger {
    /// SQLite's errors in our words.
    static func named(_ error: any Error, _ path: String, _ timeout: Duration) -> BulkheadError {
        if let named = error as? BulkheadError { return named }
        let subject = "ledger \(path)"
        guard let failure = error as? DatabaseError else { return unusable(subject, "\(error)", movingAway) }
        let words = failure.message ?? "\(failure)"
        switch failure.resultCode {
        case .SQLITE_FULL: return full(subject, words)
        case .SQLITE_IOERR where [.SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_WRITE].contains(failure.extendedResultCode):
            return full(subject, "\(words): the system took no more bytes")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return unusable(
                subject, "\(words): another process held it for \(timeout)",
                "find it with “fuser \(path)”, then try again")
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            return unusable(subject, words, "see that it and its directory may be written, or set BULKHEAD_STATE_DIR")
        default: return unusable(subject, words, movingAway)
        }
    }

    static let movingAway =
        "a broken ledger is never overwritten: move it away, then “bulkhead sweep” finds what it knew by the domains' tags"

    private static func full(_ subject: String, _ words: String) -> BulkheadError {
        BulkheadError(.diskFull, subject, words, remedy: "free space there; nothing was changed")
    }

    private static func unusable(_ subject: String, _ words: String, _ remedy: String) -> BulkheadError {
        BulkheadError(.stateUnusable, subject, words, remedy: remedy)
    }
}

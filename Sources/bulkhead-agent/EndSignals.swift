import Glibc
import HostSetup
import Isolation

/// SIGTERM and SIGINT; and SIGUSR1, by which Mesos' agents leave their cluster for good.
struct EndSignals: Sendable {
    private let first = Once<Int32>()

    /// - Throws: ``BulkheadError`` with `stateUnusable`.
    init() throws(BulkheadError) {
        for number in [SIGTERM, SIGINT, SIGUSR1] { try Signals.hear(number) { [first] in first.fulfil(.success($0)) } }
    }

    /// - Returns: which one came first; nil where the wait was cancelled.
    func wait() async -> Int32? { try? await first.value() }
}

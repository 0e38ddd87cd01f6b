import Isolation
import Synchronization

/// One run of our program. What a dead one still tries has no effect on anything.
public final class FakeProcess: Sendable {
    private let dead = Mutex(false)

    public init() {}

    public func dies() { dead.withLock { $0 = true } }
    public var isDead: Bool { dead.withLock { $0 } }

    /// Where a dead process would act.
    func mustLive() async throws {
        if isDead { try await untilCancelled() }
    }

    static let gone = BulkheadError(.stateUnusable, "store", "its process is dead", remedy: "")
}

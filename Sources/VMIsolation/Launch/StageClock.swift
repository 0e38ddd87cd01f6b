public import Isolation
import Synchronization

/// Times the rungs of one launch, holds each to its budget, and names the rung in every error.
public final class StageClock: Sendable {
    private struct State {
        var timeline = Timeline()
    }

    private let start = ContinuousClock.now
    private let budgets: LaunchBudgets
    private let state = Mutex(State())
    private let emulated = Mutex(false)
    private let observe: @Sendable (Timeline.Entry) -> Void

    /// - Parameter observe: told when a stage begins (no duration yet) and when it has ended.
    public init(budgets: LaunchBudgets, observe: @escaping @Sendable (Timeline.Entry) -> Void) {
        self.budgets = budgets
        self.observe = observe
    }

    public var timeline: Timeline { state.withLock { $0.timeline } }

    func isEmulated(_ value: Bool) { emulated.withLock { $0 = value } }

    func budget(_ stage: LaunchStage) -> Duration { budgets.budget(stage, emulated: emulated.withLock { $0 }) }

    /// Runs one rung within its budget; a rung that fails throws ``StageFailure``.
    ///
    /// - Parameter timeout: the rung's own error for the end of its budget.
    func run<Value: Sendable>(
        _ stage: LaunchStage, timeout: @escaping @Sendable () -> BulkheadError,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let budget = stage == .run ? nil : budget(stage)
        change(stage) { $0.begin(stage, at: self.elapsed, budget: budget) }
        do {
            let value = try await bounded(stage, budget, timeout, body)
            change(stage) { $0.end(at: self.elapsed) }
            return value
        } catch {
            let reason = (error as? BulkheadError)?.reason
            change(stage) { $0.end(at: self.elapsed, failure: reason) }
            throw error
        }
    }

    private func bounded<Value: Sendable>(
        _ stage: LaunchStage, _ budget: Duration?, _ timeout: @escaping @Sendable () -> BulkheadError,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        guard let budget else { return try await body() }
        if stage <= .start { return try await withinToItsEnd(budget, otherwise: timeout, body) }
        return try await within(budget, otherwise: timeout, body)
    }

    var elapsed: Duration { ContinuousClock.now - start }

    private func change(_ stage: LaunchStage, _ body: (inout Timeline) -> Void) {
        let entry = state.withLock { state in
            body(&state.timeline)
            return state.timeline.entries.last
        }
        if let entry { observe(entry) }
    }
}

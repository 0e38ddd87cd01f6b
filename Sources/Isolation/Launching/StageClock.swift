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

    /// Guests under emulation get larger budgets.
    public func emulates(_ value: Bool) { emulated.withLock { $0 = value } }

    public var isEmulated: Bool { emulated.withLock { $0 } }

    public func budget(_ stage: LaunchStage) -> Duration { budgets.budget(stage, emulated: isEmulated) }

    /// The budgets of several stages together.
    func budget(_ stages: Range<LaunchStage>) -> Duration {
        LaunchStage.allCases.filter(stages.contains).reduce(.zero) { $0 + budget($1) }
    }

    /// Runs one rung within its budget; one that takes longer is left behind.
    ///
    /// - Parameter timeout: the rung's own error for the end of its budget.
    public func run<Value: Sendable>(
        _ stage: LaunchStage, timeout: @escaping @Sendable () -> BulkheadError,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let budget = stage == .run ? nil : budget(stage)
        change(stage) { $0.begin(stage, at: self.elapsed, budget: budget) }
        do {
            let value =
                if let budget { try await within(budget, otherwise: timeout, body) } else { try await body() }
            change(stage) { $0.end(at: self.elapsed) }
            return value
        } catch {
            let reason = (error as? BulkheadError)?.reason
            change(stage) { $0.end(at: self.elapsed, failure: reason) }
            throw error
        }
    }

    /// Begins a stage of several steps, unless it is under way.
    ///
    /// - Returns: what is left of its budget.
    func enter(_ stage: LaunchStage) -> Duration {
        let budget = budget(stage)
        if let entry = timeline.entries.last, entry.stage == stage, entry.duration == nil {
            return max(budget - (elapsed - entry.begin), .milliseconds(1))
        }
        leave()
        change(stage) { $0.begin(stage, at: self.elapsed, budget: budget) }
        return budget
    }

    /// Ends the stage that is under way, if one is.
    func leave(failure: BulkheadError.Reason? = nil) {
        guard let entry = timeline.entries.last, entry.duration == nil else { return }
        change(entry.stage) { $0.end(at: self.elapsed, failure: failure) }
    }

    public var elapsed: Duration { ContinuousClock.now - start }

    private func change(_ stage: LaunchStage, _ body: (inout Timeline) -> Void) {
        let entry = state.withLock { state in
            body(&state.timeline)
            return state.timeline.entries.last
        }
        if let entry { observe(entry) }
    }
}

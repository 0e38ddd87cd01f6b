extension Containerizer {
    /// A hook that changes the host and adds to the plan: its end is waited for.
    func hook(
        _ number: Int, _ name: String, _ here: ContainerContext, _ plan: LaunchPlan, within budget: Duration,
        _ body: @escaping @Sendable (any Isolator) async throws -> LaunchPlan
    ) async throws -> LaunchPlan {
        let isolator = isolators[number]
        let what = "isolator \(isolator.name), \(name)"
        let answer = try await whole(what, here, within: budget) {
            try await self.named(isolator, name) { try await body(isolator) }
        }
        return try Self.checked(answer, since: plan, what)
    }

    static func checked(_ plan: LaunchPlan, since before: LaunchPlan, _ what: String) throws -> LaunchPlan {
        let losses = plan.losses(since: before)
        guard losses.isEmpty else {
            throw BulkheadError(
                .isolatorFailed, what, "its plan lacks what others had put there: \(losses.joined(separator: ", "))",
                remedy: "an isolator adds to the plan that it is given, docs/isolators/writing-one.md")
        }
        return plan
    }

    /// A hook that only asks: it is left behind when its time is over.
    func ask<Value: Sendable>(
        _ isolator: any Isolator, _ name: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let budget = options.hookBudget
        return try await within(budget, otherwise: { Self.hangs("isolator \(isolator.name), \(name)", budget) }) {
            try await self.named(isolator, name, body)
        }
    }

    /// Errors of an isolator's own are named after it.
    nonisolated func named<Value>(
        _ isolator: any Isolator, _ name: String, _ body: () async throws -> Value
    ) async throws -> Value {
        do { return try await body() } catch { throw Self.named(error, isolator, name) }
    }

    static func named(_ error: any Error, _ isolator: any Isolator, _ name: String) -> any Error {
        if error is BulkheadError || error is CancellationError && Task.isCancelled { return error }
        return BulkheadError(
            .isolatorFailed, "isolator \(isolator.name), \(name)", "\(error)", remedy: "see the isolator's own page")
    }

    /// A step that is waited for to its end; while it hangs, those who wait for the container are told.
    func whole<Value: Sendable>(
        _ what: String, _ here: ContainerContext, within budget: Duration,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (record, patience) = (here.record, options.hangPatience)
        let error = Self.hangs(what, budget, here.clock.timeline.current)
        return try await withinToItsEnd(
            budget, patience: patience, otherwise: { error }, hung: { await self.hangs(record, error) }, body)
    }

    private func hangs(_ record: ContainerRecord, _ error: BulkheadError) {
        guard let container = containers[record.id], container.record.machine == record.machine else { return }
        let stage = container.clock.timeline.current ?? .prepare
        cancel(container, because: Termination(.launchFailed(stage, error)))
        container.cleanUpFailure = error
        publish(container)
    }

    /// - Parameter stage: whose budget it is; nil for a hook that has none.
    static func hangs(_ what: String, _ budget: Duration, _ stage: LaunchStage? = nil) -> BulkheadError {
        BulkheadError(
            what.hasPrefix("launcher ") ? .launcherFailed : .isolatorHangs, what, "it did not end within \(budget)",
            remedy: "see the host's load and bulkhead doctor"
                + (stage.map { "; the budget is the key budget.\($0.rawValue)" } ?? ""))
    }

    /// A question to the launcher about many machines, under its name and with a deadline.
    func askLauncher<Value: Sendable>(
        _ call: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (budget, what) = (options.hookBudget, "launcher \(launcher.name), \(call)")
        do { return try await within(budget, otherwise: { Self.hangs(what, budget) }, body) } catch {
            if error is BulkheadError || error is CancellationError && Task.isCancelled { throw error }
            throw BulkheadError(.launcherFailed, what, "\(error)", remedy: "see bulkhead doctor")
        }
    }

    /// What looks like a failure is none where another process was asked to destroy the container.
    func explained(_ termination: Termination, _ container: Container) -> Termination {
        switch termination.outcome {
        case .launchFailed, .hostFailed, .monitorKilled: break
        case .exited, .signalled, .outOfMemory, .outOfDisk, .guestPoweredOff, .guestRebooted, .guestPanicked,
            .timeLimit,
            .limitReached, .destroyed, .interrupted:
            return termination
        }
        guard container.claim.isAskedToEnd(container.record.machine) else { return termination }
        return Termination(.destroyed, evidence: termination.evidence + ["destroyed by its user"])
    }

    /// Tells a failed step to the container's life.
    func fail(_ step: ContainerLife.Step, _ container: Container, _ error: any Error) -> ContainerLife.Action {
        let named = explain(error, container)
        let stage = container.clock.timeline.current ?? .prepare
        let ran = stage >= .run || container.record.life.state == .running
        let reason = explained(Termination(ran ? .hostFailed(named) : .launchFailed(stage, named)), container)
        switch step {
        case .stop, .cleanUp, .close:
            container.cleanUpFailure?.evidence.append("\(named)")
            container.cleanUpFailure = container.cleanUpFailure ?? named
        case .prepare, .start, .isolate, .execute:
            let isWanted = error is CancellationError || reason.outcome == .destroyed
            container.clock.leave(failure: isWanted ? nil : named.reason)
        }
        return container.record.life.failed(step, because: reason)
    }

    /// The error in our words, with what the launcher knows of the machine as evidence.
    func explain(_ error: any Error, _ container: Container) -> BulkheadError {
        var named: BulkheadError
        switch error {
        case let error as BulkheadError: named = error
        case let error as MachineEnded:
            named = BulkheadError(
                .guestDied, "guest of \(container.record.id)",
                "it ended while it booted (\(error.termination.outcome.name))",
                remedy: "read the console's last lines; a guest that needs more memory panics early: --mem",
                evidence: error.termination.evidence)
        default:
            named = BulkheadError(
                .launcherFailed, "container \(container.record.id)", "\(error)", remedy: "see bulkhead doctor")
        }
        if container.record.life.state != .preparing { named.evidence += launcher.evidence(container.here) }
        return named
    }

    /// Stores the container where its state has changed since, and somebody could use it after a restart.
    func save(_ container: Container) throws(BulkheadError) {
        guard container.saved != container.record.life.state else { return }
        guard container.record.config.output == .sandbox || container.record.life.state.isKept else { return }
        try store.save(container.record)
        container.saved = container.record.life.state
    }
}

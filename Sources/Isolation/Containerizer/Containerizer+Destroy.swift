import FoundationEssentials

extension Containerizer {
    /// Ends a container in whatever state it is; calls at the same time share one destruction, and the first reason wins.
    ///
    /// - Returns: the report, also of one that had ended before. Where cleaning up came to a halt, it says with what, and
    ///   another call goes on.
    /// - Throws: ``BulkheadError`` with `unknownContainer`.
    @discardableResult
    public func destroy(
        _ id: ContainerID, because reason: Termination = Termination(.destroyed, evidence: ["destroyed by its user"])
    ) async throws -> ContainerReport {
        if containers[id] == nil, let report = try ended(id) { return report }
        let container = try container(id)
        cancel(container, because: reason)
        return try await container.report.value()
    }

    /// Decides on the end, and sees that it comes.
    func cancel(_ container: Container, because reason: Termination) {
        let again = container.report.current != nil
        switch container.record.life.destroy(because: reason) {
        case .cancel:
            container.work?.cancel()
            end(container, with: .failure(CancellationError()))
        case .perform(let step):
            if again {
                container.report = Once()
                container.cleanUpFailure = nil
            }
            drive(container, .perform(step))
        case .none:
            // It has ended, but the store could not be told.
            guard again, container.record.life.state.isEnded else { return }
            container.report = Once()
            settle(container)
        }
    }

    /// Delivers a signal to the command; one that comes before the command runs ends the launch.
    public func signal(_ number: Int32, to id: ContainerID) async {
        guard let container = containers[id] else { return }
        switch container.record.life.state {
        case .preparing, .starting:
            cancel(
                container,
                because: Termination(.interrupted(number), evidence: ["signal \(number) before the command ran"]))
        case .running: await deliver(number, to: container.here, within: options.hookBudget)
        case .kept, .destroying, .terminated: return
        }
    }

    func deliver(_ number: Int32, to here: ContainerContext, within limit: Duration) async {
        let launcher = launcher
        let late = Self.hangs("launcher \(launcher.name), signal", limit)
        try? await within(limit, otherwise: { late }) { await launcher.signal(number, to: here) }
    }

    /// One step on the way down; one that takes too long is left behind, and tried again by a later destroy.
    func undo(_ what: String, _ container: Container, _ body: @escaping @Sendable () async throws -> Void) async throws
    {
        let id = container.record.id
        _ = container.clock.enter(.cleanUp)
        // Each step has the whole of it: one that hangs does not take it from the others.
        let budget = container.clock.budget(.cleanUp)
        try await within(budget, otherwise: { Self.left(id, "\(what) did not end within \(budget)") }, body)
    }

    func close(_ container: Container) throws {
        let directory = container.here.directory
        guard FileManager.default.fileExists(atPath: directory) else { return }
        do { try FileManager.default.removeItem(atPath: directory) } catch {
            throw Self.left(container.record.id, "\(directory): \(error)")
        }
    }

    /// No step follows: the container ended, is kept, or came to a halt.
    func settle(_ container: Container) {
        let isOver = container.record.life.state.isEnded
        // What hung or failed before has been undone since.
        if isOver { container.cleanUpFailure = nil }
        container.clock.leave(failure: container.cleanUpFailure?.reason)
        // Before the store has the end: once it has, nobody would write this any more.
        if let sandbox = container.here.sandbox { try? LaunchJournal(report(container)).write(to: sandbox) }
        do {
            if isOver, container.record.config.output == .caller {
                try store.remove(container.record.id)
            } else {
                try save(container)
            }
        } catch { container.cleanUpFailure = container.cleanUpFailure ?? explain(error, container) }
        if isOver, container.cleanUpFailure == nil {
            containers[container.record.id] = nil
            container.signals?.cancel()
            container.claim.end()
        }
        publish(container)
    }

    /// Tells all who wait.
    func publish(_ container: Container) {
        container.running.fulfil(.success(()))
        container.report.fulfil(.success(report(container)))
    }

    private func report(_ container: Container) -> ContainerReport {
        ContainerReport(
            record: container.record, termination: container.record.life.termination ?? Termination(.destroyed),
            timeline: container.clock.timeline, plan: container.plan, directory: container.here.directory,
            cleanUpFailure: container.cleanUpFailure)
    }

    static func left(_ id: ContainerID, _ why: String) -> BulkheadError {
        BulkheadError(.cleanupIncomplete, "container \(id)", why, remedy: "bulkhead sweep finishes it")
    }

    static func nameInUse(_ id: ContainerID) -> BulkheadError {
        BulkheadError(
            .nameInUse, "container “\(id)”", "there is one of this name",
            remedy: "choose another --name, or remove it: bulkhead rm \(id)")
    }
}

extension Containerizer {
    /// Copies the files that a running container's configuration asks for out of it now, as is done again at its
    /// command's end. Calls at the same time share one copy.
    ///
    /// - Returns: what was not taken; nothing is copied where the configuration asks for nothing.
    /// - Throws: ``BulkheadError`` with `unknownContainer`, `notRunning`, `unsupported`, `copyFailed`, or what the
    ///   launcher met with. Then the last copy is still there.
    public func bringOut(_ id: ContainerID) async throws -> [LeftOut] {
        let container = try runningContainer(id)
        guard container.race?.isTimeCounted == true else { throw Self.notRunning(id) }
        guard !container.record.config.gets.isEmpty else { return [] }
        if let copy = container.copy { return try await copy.value }
        let (launcher, here, plan, budget) = (launcher, container.here, container.plan, container.clock.budget(.fetch))
        let copy = Task {
            try await withinToItsEnd(budget, otherwise: { Self.late(id, budget) }) {
                try await launcher.bringOut(here, plan, isLast: false)
            }
        }
        container.copy = copy
        defer { container.copy = nil }
        return try await copy.value
    }

    /// Ends a copy that is under way; one that does not heed that is left behind.
    func endCopy(_ container: Container) async {
        guard let copy = container.copy else { return }
        copy.cancel()
        let (id, budget) = (container.record.id, options.hookBudget)
        _ = try? await within(budget, otherwise: { Self.late(id, budget) }) { await copy.result }
    }

    /// What a command leaves that is ended, or loses its machine, before its time. Its end waits a moment for that.
    func bringOutLast(_ container: Container) async {
        await endCopy(container)
        let config = container.record.config
        guard container.owesFiles, config.output == .sandbox, !config.gets.isEmpty else { return }
        container.owesFiles = false
        let (launcher, here, plan, patience) = (launcher, container.here, container.plan, options.lastCopyPatience)
        do {
            let leftOut = try await withinToItsEnd(patience, otherwise: { Self.late(config.id, patience) }) {
                try await launcher.bringOut(here, plan, isLast: true)
            }
            container.record.life.broughtOut(leftOut, nil)
        } catch {
            let flaw =
                error as? BulkheadError
                ?? BulkheadError(.copyFailed, "files of \(config.id)", "\(error)", remedy: "see bulkhead doctor")
            container.record.life.broughtOut([], flaw)
        }
    }

    private static func late(_ id: ContainerID, _ budget: Duration) -> BulkheadError {
        BulkheadError(
            .copyFailed, "files of \(id)", "they did not come within \(budget)",
            remedy: "leave less in /sandbox; while it runs, the budget is the key budget.fetch")
    }
}

extension Containerizer {
    /// Runs a further command in a container whose own command runs, to its end.
    ///
    /// Cancelling ends it. So does the end of the container's command, before anything of the container is taken away.
    /// Nothing of it is stored: it ends with this process.
    ///
    /// - Returns: `destroyed` where the container ended first.
    /// - Throws: ``BulkheadError`` with `unknownContainer`, `notRunning`, `unsupported`, or what the launcher met with.
    public func runBeside(_ id: ContainerID, _ beside: CommandBeside) async throws -> Termination {
        let container = try runningContainer(id)
        let (launcher, here, plan) = (launcher, container.here, container.plan)
        let number = container.besidesBegun
        container.besidesBegun += 1
        let work = Task { try await launcher.runBeside(here, plan, beside) }
        container.besides[number] = work
        defer { container.besides[number] = nil }
        let result = await withTaskCancellationHandler {
            await work.result
        } onCancel: {
            work.cancel()
        }
        if case .failure = result, !Task.isCancelled, container.race == nil {
            return Termination(.destroyed, evidence: ["the command of container \(id) has ended"])
        }
        return try result.get()
    }

    /// Ends what runs beside a container's command.
    func cancelBesides(_ container: Container) {
        for work in container.besides.values { work.cancel() }
    }

    /// Waits until what ran beside a container's command has ended. One that does not heed that ends with the machine.
    func awaitBesides(_ container: Container) async {
        let (works, budget) = (Array(container.besides.values), options.hookBudget)
        guard !works.isEmpty else { return }
        cancelBesides(container)
        let late = Self.hangs("launcher \(launcher.name), commands beside", budget)
        try? await within(budget, otherwise: { late }) { for work in works { _ = await work.result } }
    }
}

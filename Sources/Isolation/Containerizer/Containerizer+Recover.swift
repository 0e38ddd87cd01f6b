import FoundationEssentials

extension Containerizer {
    /// Finds again what a former process left: once, before anything else. Running commands are followed, half-done
    /// launches undone, orphans of ours removed; what is not ours is never touched. What ends does so in the background.
    ///
    /// - Returns: what was decided on, for the log.
    public func recover() async throws -> [Recovery.Action] {
        let launcher = launcher
        let machines = try await askLauncher("machines") { try await launcher.machines() }
        var records: [ContainerID: (ContainerRecord, any ContainerClaim)] = [:]
        var others: Set<UUID> = []
        for record in try store.records() {
            if record.launcher == launcher.name, let claim = try store.claim(record.id) {
                records[record.id] = (record, claim)
            } else {
                others.insert(record.machine)
            }
        }
        try store.removeUnusedClaims()
        let actions = Recovery.actions(
            records.values.map(\.0).sorted { $0.created < $1.created }, machines, others: others, owner: store.owner,
            bootID: options.bootID)
        return await withTaskGroup(of: (Int, Recovery.Action).self) { group in
            for (number, action) in actions.enumerated() {
                let found = action.container.flatMap { records[$0] }
                group.addTask { (number, await self.take(action, found)) }
            }
            var taken = actions
            for await (number, action) in group { taken[number] = action }
            return taken
        }
    }

    /// - Returns: the action, or what became of it.
    private func take(_ action: Recovery.Action, _ found: (ContainerRecord, any ContainerClaim)?) async
        -> Recovery.Action
    {
        switch (action, found) {
        case (.follow, let (record, claim)?): await follow(record, claim)
        case (.destroy(_, let reason), let (record, claim)?): resume(record, claim, reason)
        case (.keep, let (record, claim)?):
            let container = makeContainer(record, claim, nil, isResumed: true) { _ in }
            _ = container.record.life.recovered(isolators: isolators.count)
            publish(container)
        case (.report, let (_, claim)?): claim.end()
        case (.removeOrphan(let machine), _):
            let launcher = launcher
            do { try await askLauncher("remove") { try await launcher.remove(machine) } } catch {
                return .leave(machine, why: "\(error)")
            }
        case (.follow, nil), (.destroy, nil), (.keep, nil), (.report, nil), (.leave, _): break
        }
        return action
    }

    /// Gives the container's life back to it and lets its isolators find their things again.
    private func follow(_ record: ContainerRecord, _ claim: any ContainerClaim) async {
        let container = makeContainer(record, claim, nil, isResumed: true) { _ in }
        container.saved = record.life.state
        let action = container.record.life.recovered(isolators: isolators.count)
        for isolator in isolators {
            let (here, plan) = (container.here, container.plan)
            do {
                let answer = try await ask(isolator, "recover") { try await isolator.recover(here, plan) }
                container.plan = try Self.checked(answer, since: plan, "isolator \(isolator.name), recover")
            } catch {
                let next = container.record.life.failed(
                    .execute, because: Termination(.hostFailed(explain(error, container))))
                return drive(container, next)
            }
        }
        drive(container, action)
    }

    /// Ends a container that no process looks after.
    ///
    /// - Returns: nil where another process does.
    /// - Throws: ``BulkheadError`` with `unknownContainer`.
    public func destroyUnattended(_ id: ContainerID) async throws -> ContainerReport? {
        guard containers[id] == nil, let record = try store.record(id) else { return try await destroy(id) }
        guard record.launcher == launcher.name else {
            throw BulkheadError(
                .badOption, "container \(id)", "it was launched by \(record.launcher), not by \(launcher.name)",
                remedy: "end it with --isolation \(record.launcher)")
        }
        guard let claim = try store.claim(id) else { return nil }
        resume(record, claim, Termination(.destroyed, evidence: ["destroyed by its user"]))
        return try await wait(id)
    }

    private func resume(_ record: ContainerRecord, _ claim: any ContainerClaim, _ reason: Termination) {
        let container = makeContainer(record, claim, nil, isResumed: true) { _ in }
        _ = container.record.life.recovered(isolators: isolators.count)
        drive(container, container.record.life.destroy(because: reason))
    }
}

extension Recovery.Action {
    var container: ContainerID? {
        switch self {
        case .follow(let id), .destroy(let id, _), .report(let id), .keep(let id): id
        case .removeOrphan, .leave: nil
        }
    }
}

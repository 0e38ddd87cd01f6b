import FoundationEssentials

/// The machine ended while something else was waited for.
struct MachineEnded: Error {
    let termination: Termination
}

extension Containerizer {
    private enum Ending: Sendable {
        case command(Termination)
        case machine(Termination)
        case limit(Limitation)
        /// An isolator cannot watch any more.
        case failed(any Error)
        /// Contact was lost; the machine may say why in a moment.
        case lost(any Error)
        case patienceOver
    }

    /// Runs the command to its end, the machine's end, or a limit, whichever comes first. What is waited for beside that is
    /// left behind, not waited for: one task for each, as there may be thousands of containers.
    func execute(_ container: Container) async throws -> Termination {
        let (launcher, here, plan, id) = (launcher, container.here, container.plan, container.record.id)
        let (running, machine) = (container.running, container.record.machine)
        let ended = Once<Void>()
        let execution = Execution(
            streams: container.streams, isResumed: container.isResumed,
            commandRuns: { await self.commandRuns(id, machine) }, commandEnded: { ended.fulfil(.success(())) })
        if container.isResumed { running.fulfil(.success(())) }
        let (endings, reports) = AsyncStream.makeStream(of: Ending.self)
        var tasks: [Task<Void, Never>] = []
        func wait(_ ending: @escaping @Sendable () async throws -> Ending?) {
            tasks.append(
                Task {
                    do { if let ending = try await ending() { reports.yield(ending) } } catch {
                        reports.yield(.lost(error))
                    }
                })
        }
        defer { for task in tasks { task.cancel() } }
        wait { .command(try await launcher.execute(here, plan, execution)) }
        wait { .machine(try await launcher.ended(here)) }
        for isolator in isolators {
            wait {
                try await running.value()
                return try await self.watch(isolator, here)
            }
        }
        var reached: Limitation?
        var loss: (any Error)?
        var unexplained: Termination?
        for await ending in endings {
            switch ending {
            case .command(let termination): return reached?.termination ?? termination
            case .machine(let termination):
                if let reached { return reached.termination }
                guard running.current != nil else { throw MachineEnded(termination: termination) }
                guard termination.outcome == .monitorKilled else { return termination }
                // An isolator may be about to say why.
                unexplained = termination
                let patience = options.contactPatience
                wait {
                    try await Task.sleep(for: patience)
                    return .patienceOver
                }
            case .limit(let limitation):
                if let unexplained { return limitation.termination.with(unexplained.evidence) }
                guard reached == nil, limitation.limit != .time || ended.current == nil else { continue }
                reached = limitation
                guard let grace = limitation.grace else { return limitation.termination }
                wait { await self.endGently(here, grace) }
            case .failed(let error): throw error
            case .lost(let error):
                if error is CancellationError { continue }
                loss = error
                let patience = options.contactPatience
                wait {
                    try await Task.sleep(for: patience)
                    return .patienceOver
                }
            case .patienceOver:
                if let known = reached?.termination ?? unexplained { return known }
                if let loss { throw loss }
            }
        }
        throw CancellationError()
    }

    /// SIGTERM, and time to heed it.
    private func endGently(_ here: ContainerContext, _ grace: Duration) async -> Ending {
        let end = ContinuousClock.now + grace
        await deliver(15, to: here, within: grace)
        try? await Task.sleep(until: end)
        return .patienceOver
    }

    private nonisolated func watch(_ isolator: any Isolator, _ here: ContainerContext) async throws -> Ending? {
        do {
            guard var limitation = try await named(isolator, "watch", { try await isolator.watch(here) }) else {
                return nil
            }
            if limitation.evidence.isEmpty {
                limitation.evidence = "isolator \(isolator.name) ended it and did not say why"
            }
            return .limit(limitation)
        } catch {
            if error is CancellationError { throw error }
            return .failed(error)
        }
    }

    /// - Parameter machine: a late call is not taken for one about another container of the same name.
    private func commandRuns(_ id: ContainerID, _ machine: UUID) {
        guard let container = containers[id], container.record.machine == machine, container.record.life.commandRuns()
        else { return }
        container.record.commandStarted = Int(Date().timeIntervalSince1970)
        do { try save(container) } catch {
            // What cannot be stored cannot be found again: better no command than a lost one.
            return cancel(container, because: Termination(.hostFailed(explain(error, container))))
        }
        container.running.fulfil(.success(()))
    }

    /// Runs a step between start and command, unless the machine ends first.
    func unlessMachineEnds<Value: Sendable>(
        _ here: ContainerContext, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let launcher = launcher
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await body() }
            group.addTask { throw MachineEnded(termination: try await abandonable { try await launcher.ended(here) }) }
            defer { group.cancelAll() }
            guard let value = try await group.next() else { throw CancellationError() }
            return value
        }
    }
}

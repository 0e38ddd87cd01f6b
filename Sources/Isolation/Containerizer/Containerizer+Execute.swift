import FoundationEssentials

extension Containerizer {
    /// Begins the command, and begins to wait for its end, the machine's end, and a limit. Whichever decides the race goes
    /// on from there, by ``end(_:with:)``. Meanwhile there is one small task for each and no other, as there may be
    /// thousands of containers.
    func execute(_ container: Container) throws {
        try Task.checkCancellation()
        container.work = nil
        let (launcher, here, plan) = (launcher, container.here, container.plan)
        let execution = Execution(
            streams: container.streams, isResumed: container.isResumed,
            commandRuns: { await self.commandRuns(here) }, commandEnded: { await self.commandEnded(here) })
        container.race = EndRace()
        wait(container) { .command(try await launcher.execute(here, plan, execution)) }
        wait(container) { .machine(try await launcher.ended(here)) }
        if container.isResumed {
            container.owesFiles = true
            watch(container, here)
        }
    }

    private func wait(_ container: Container, for ending: @escaping @Sendable () async throws -> EndRace.Ending?) {
        let number = container.waitsBegun
        container.waitsBegun += 1
        container.waits[number] = Task {
            do { take(try await ending(), number, container) } catch { take(.lost(error), number, container) }
        }
    }

    private func take(_ ending: EndRace.Ending?, _ number: Int, _ container: Container) {
        container.waits[number] = nil
        guard let ending else { return }
        if case .command = ending { container.owesFiles = false }
        let isRunning = container.record.life.state == .running
        switch container.race?.decide(on: ending, isRunning: isRunning) {
        case .over(let result): end(container, with: result)
        case .wait:
            let patience = options.contactPatience
            wait(container) {
                try await Task.sleep(for: patience)
                return .patienceOver
            }
        case .endGently(let grace):
            let here = container.here
            wait(container) { await self.endGently(here, grace) }
        case nil, .none?: return
        }
    }

    /// Goes on from the command; nothing happens where it is not under way. What is waited for still is left behind.
    func end(_ container: Container, with result: Result<Termination, any Error>) {
        guard container.race != nil else { return }
        container.race = nil
        for wait in container.waits.values { wait.cancel() }
        container.waits = [:]
        cancelBesides(container)
        switch result {
        case .success(let termination):
            let keep = container.record.config.keep
            let reason = explained(termination, container)
            drive(container, container.record.life.commandEnded(because: reason, keeping: keep))
        case .failure(let error): drive(container, fail(.execute, container, error))
        }
    }

    /// SIGTERM, and time to heed it.
    private func endGently(_ here: ContainerContext, _ grace: Duration) async -> EndRace.Ending {
        let end = ContinuousClock.now + grace
        await deliver(15, to: here, within: grace)
        try? await Task.sleep(until: end)
        return .patienceOver
    }

    private func commandRuns(_ here: ContainerContext) {
        guard let container = container(of: here), container.record.life.commandRuns() else { return }
        container.owesFiles = true
        container.record.commandStarted = Int(Date().timeIntervalSince1970)
        do { try save(container) } catch {
            // What cannot be stored cannot be found again: better no command than a lost one.
            return cancel(container, because: Termination(.hostFailed(explain(error, container))))
        }
        watch(container, here)
    }

    /// Its files come next: a copy that is under way gives way.
    private func commandEnded(_ here: ContainerContext) async {
        guard let container = container(of: here) else { return }
        container.race?.commandEnded()
        await endCopy(container)
    }

    /// A late call is not taken for one about another container of the same name.
    private func container(of here: ContainerContext) -> Container? {
        containers[here.id].flatMap { $0.record.machine == here.record.machine ? $0 : nil }
    }

    /// The command runs: limits count from now on.
    private func watch(_ container: Container, _ here: ContainerContext) {
        for isolator in isolators {
            wait(container) {
                do {
                    return try await isolator.watch(here).map { .limit($0.told(by: isolator)) }
                } catch {
                    return .failed(Self.named(error, isolator, "watch"))
                }
            }
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

extension Limitation {
    fileprivate func told(by isolator: any Isolator) -> Limitation {
        guard evidence.isEmpty else { return self }
        return Limitation(limit, evidence: "isolator \(isolator.name) ended it and did not say why", grace: grace)
    }
}

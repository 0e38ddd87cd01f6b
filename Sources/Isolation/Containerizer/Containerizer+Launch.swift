import FoundationEssentials

extension Containerizer {
    /// Launches a container; returns when its command runs, or never will.
    ///
    /// - Parameters:
    ///   - streams: of the command, where the configuration says that the caller has them.
    ///   - observe: told when a stage begins and when it has ended.
    /// - Throws: ``BulkheadError`` with `badResource`, `exceedsHost`, `nameInUse` or `stateUnusable`: then nothing was made.
    ///   All else is in the report that ``wait(_:)`` gives.
    public func launch(
        _ config: ContainerConfig, streams: CommandStreams? = nil,
        observe: @escaping @Sendable (Timeline.Entry) -> Void = { _ in }
    ) async throws {
        try await begin(config, streams, observe).running.value()
    }

    /// Launches a container and waits for its end.
    ///
    /// - Throws: as ``launch(_:streams:observe:)`` does.
    public func run(
        _ config: ContainerConfig, streams: CommandStreams,
        observe: @escaping @Sendable (Timeline.Entry) -> Void = { _ in }
    ) async throws -> ContainerReport {
        try await begin(config, streams, observe).report.value()
    }

    private func begin(
        _ config: ContainerConfig, _ streams: CommandStreams?, _ observe: @escaping @Sendable (Timeline.Entry) -> Void
    ) async throws -> Container {
        try config.resources.check(against: try await options.capacity())
        guard containers[config.id] == nil, let claim = try store.claim(config.id) else {
            throw Self.nameInUse(config.id)
        }
        let record = ContainerRecord(
            config, launcher: launcher.name, machine: UUID(), created: Int(Date().timeIntervalSince1970),
            bootID: options.bootID,
            life: ContainerLife(isolators: isolators.count))
        do { try store.add(record) } catch {
            if error.reason != .nameInUse { claim.end() }
            throw error
        }
        let container = makeContainer(record, claim, streams, isResumed: false, observe)
        drive(container, container.record.life.launch())
        if let streams {
            container.signals = Task {
                for await number in streams.signals { await self.signal(number, to: config.id) }
            }
        }
        return container
    }

    func makeContainer(
        _ record: ContainerRecord, _ claim: any ContainerClaim, _ streams: CommandStreams?, isResumed: Bool,
        _ observe: @escaping @Sendable (Timeline.Entry) -> Void
    ) -> Container {
        let clock = StageClock(budgets: options.budgets, observe: observe)
        let directory = places.container(record.id)
        let sandbox = record.config.output == .sandbox ? places.sandbox(record.id) : nil
        let container = Container(record, claim: claim, clock: clock, streams: streams, isResumed: isResumed) {
            ContainerContext(record: $0, clock: clock, directory: directory, sandbox: sandbox)
        }
        containers[record.id] = container
        return container
    }

    /// Takes the step that the container's life has decided on, and then the next, until there is none: stored, done, its
    /// end told to the container's life. The command's end comes later, by ``end(_:with:)``.
    func drive(_ container: Container, _ action: ContainerLife.Action) {
        guard case .perform(let step) = action else { return settle(container) }
        container.work = Task {
            do {
                try save(container)
                try await perform(step, container)
                if step != .execute { drive(container, container.record.life.succeeded(step)) }
            } catch {
                drive(container, fail(step, container, error))
            }
        }
    }

    private func perform(_ step: ContainerLife.Step, _ container: Container) async throws {
        let (launcher, here) = (launcher, container.here)
        switch step {
        case .prepare(let number):
            if number == 0 { try await provision(container) }
            let (plan, budget) = (container.plan, container.clock.enter(.prepare))
            container.plan = try await hook(number, "prepare", here, plan, within: budget) {
                try await $0.prepare(here, plan)
            }
        case .start:
            if isolators.isEmpty { try await provision(container) }
            let plan = container.plan
            let budget = container.clock.enter(.start)
            try await whole("launcher \(launcher.name), start", here, within: budget) {
                try await launcher.start(here, plan)
            }
            container.clock.leave()
        case .isolate(let number):
            // It may climb every rung between start and command.
            let (plan, budget) = (container.plan, container.clock.budget(LaunchStage.lease..<LaunchStage.run))
            container.plan = try await unlessMachineEnds(here) {
                try await self.hook(number, "isolate", here, plan, within: budget) { try await $0.isolate(here, plan) }
            }
        case .execute: try execute(container)
        case .stop:
            // Hooks of one container come one after another.
            if let update = container.update { _ = try? await update.value() }
            await awaitBesides(container)
            await bringOutLast(container)
            try await undo("launcher \(launcher.name), stop", container) { try await launcher.stop(here) }
        case .cleanUp(let number):
            let isolator = isolators[number]
            try await undo("isolator \(isolator.name), cleanup", container) {
                try await self.named(isolator, "cleanup") { try await isolator.cleanup(here) }
            }
        case .close: try close(container)
        }
    }

    private func provision(_ container: Container) async throws {
        let (provisioner, here, plan) = (provisioner, container.here, container.plan)
        let budget = container.clock.enter(.prepare)
        try places.make(here.directory, mode: 0o711)
        if let sandbox = here.sandbox { _ = try Sandbox(sandbox) }
        container.plan = try await whole("provisioner", here, within: budget) {
            try await provisioner.provision(here, plan)
        }
    }
}

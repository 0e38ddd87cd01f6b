import FoundationEssentials

extension Containerizer {
    /// Gives a running container other resources. Where one isolator refuses, the others go back.
    ///
    /// - Throws: ``BulkheadError`` with `unknownContainer`, `notRunning`, `badResource` or `exceedsHost`: then nothing was
    ///   tried.
    public func update(_ id: ContainerID, to resources: Resources) async throws -> UpdateAnswer {
        while let other = containers[id]?.update { try await other.value() }
        let container = try runningContainer(id)
        let turn = Once<Void>()
        container.update = turn
        defer {
            container.update = nil
            turn.fulfil(.success(()))
        }
        let (capacity, budget) = (options.capacity, options.hookBudget)
        let host = try await within(budget, otherwise: { Self.hangs("capacity of the host", budget) }) {
            try await capacity()
        }
        var more = resources
        // The space that it has is taken already.
        if more.disk == container.record.resources.disk { more.disk = Memory(bytes: 0) }
        try more.check(against: host)
        _ = try runningContainer(id)
        let former = container.record.resources
        try store(resources, container)
        // To its end, although the caller may be cancelled: not half of it.
        return try await Task { try await update(container, to: resources, from: former) }.value
    }

    private func update(
        _ container: Container, to resources: Resources, from former: Resources
    ) async throws -> UpdateAnswer {
        var pending: [String] = []
        for (number, isolator) in isolators.enumerated() {
            guard container.record.life.state == .running else { return .refused(Self.notRunning(container.record.id)) }
            switch await answer(isolator, container.here, resources) {
            case .applied: continue
            case .pending(let why):
                pending.append(why.isEmpty ? "isolator \(isolator.name) does not say for what" : why)
            case .refused(var error):
                // The one that refused as well: it may have thrown in mid-way.
                for earlier in isolators[...number].reversed() {
                    guard case .refused(let failure) = await answer(earlier, container.here, former),
                        earlier.name != isolator.name
                    else { continue }
                    error.evidence.append("isolator \(earlier.name) did not go back: \(failure)")
                }
                container.record.resources = former
                try store(former, container)
                return .refused(error)
            }
        }
        return pending.isEmpty ? .applied : .pending(pending.joined(separator: "; "))
    }

    func runningContainer(_ id: ContainerID) throws -> Container {
        if containers[id] == nil, try ended(id) != nil { throw Self.notRunning(id) }
        let container = try container(id)
        guard container.record.life.state == .running else { throw Self.notRunning(id) }
        return container
    }

    static func notRunning(_ id: ContainerID) -> BulkheadError {
        BulkheadError(.notRunning, "container \(id)", "its command does not run", remedy: "ask between launch and end")
    }

    /// Stored before it is tried: a restart must know the larger claim.
    private func store(_ resources: Resources, _ container: Container) throws {
        var record = container.record
        record.resources = resources
        if record.config.output == .sandbox { try store.save(record) }
        container.record.resources = resources
    }

    private func answer(_ isolator: any Isolator, _ here: ContainerContext, _ resources: Resources) async
        -> UpdateAnswer
    {
        do { return try await ask(isolator, "update") { try await isolator.update(here, to: resources) } } catch {
            let named = error as? BulkheadError
            return .refused(named ?? Self.notRunning(here.id))
        }
    }

    /// What all running containers use, with one question to the launcher.
    public func usage() async throws -> [ContainerID: ResourceUsage] {
        try await usage(of: containers.values.filter { $0.record.life.state == .running }.map(\.here))
    }

    private func usage(of running: [ContainerContext]) async throws -> [ContainerID: ResourceUsage] {
        let (launcher, now) = (launcher, Date().timeIntervalSince1970)
        let machines = try await askLauncher("statistics") { try await launcher.statistics(running) }
        var usage = Dictionary(uniqueKeysWithValues: running.map { ($0.id, ResourceUsage()) })
        for isolator in isolators {
            let part = try? await ask(isolator, "usage") { try await isolator.usage(running, machines) }
            for (id, fields) in part ?? [:] { usage[id]?.merge(fields) }
        }
        for id in usage.keys { usage[id]?.timestamp = now }
        return usage
    }

    /// - Throws: ``BulkheadError`` with `unknownContainer` or `notRunning`.
    public func usage(of id: ContainerID) async throws -> ResourceUsage {
        let container = try runningContainer(id)
        guard let usage = try await usage(of: [container.here])[id] else { throw Self.notRunning(id) }
        return usage
    }

    /// - Throws: ``BulkheadError`` with `unknownContainer`.
    public func status(of id: ContainerID) async throws -> ContainerStatus {
        let container = try container(id)
        var status = ContainerStatus(state: container.record.life.state.name)
        status.address = container.plan.address
        for isolator in isolators {
            let (here, before) = (container.here, status)
            if let more = try? await ask(isolator, "status", { try await isolator.status(here, before) }) {
                status = more
            }
        }
        status.state = container.record.life.state.name
        return status
    }
}

extension ContainerLife.State {
    /// Nothing of it is left but its result.
    public var isEnded: Bool {
        if case .terminated = self { true } else { false }
    }

    var isKept: Bool {
        if case .kept = self { true } else { false }
    }

    /// The word for it in listings.
    public var name: String {
        switch self {
        case .preparing: "preparing"
        case .starting: "starting"
        case .running: "running"
        case .kept: "kept"
        case .destroying: "destroying"
        case .terminated: "terminated"
        }
    }
}

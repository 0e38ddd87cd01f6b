public import Isolation

/// Notes each hook as `disk.prepare build-7` and does what its script says for it.
///
/// Nonsense: `prepare`, `isolate` and `recover` return an empty plan, `watch` a limitation without evidence, `update` a
/// pending answer without a reason, `usage` that of a container which does not exist, `status` another state.
public final class ScriptedIsolator: Isolator {
    public let name: String
    public let script: Script
    /// What `watch` returns, as soon as there is something.
    public let limitation: Once<Limitation>
    private let journal: Journal
    private let process: FakeProcess

    public init(
        _ name: String, script: Script = Script(), limitation: Once<Limitation> = Once(), journal: Journal = Journal(),
        process: FakeProcess = FakeProcess()
    ) {
        (self.name, self.script, self.limitation, self.journal) = (name, script, limitation, journal)
        self.process = process
    }

    private func enter(_ hook: String, _ subject: String) async throws -> Bool {
        try await process.mustLive()
        journal.note("\(name).\(hook) \(subject)")
        do {
            let isNonsense = try await script.next(hook).act()
            journal.note("\(name).\(hook).ended \(subject)")
            return isNonsense
        } catch {
            journal.note("\(name).\(hook).ended \(subject)")
            throw error
        }
    }

    private func marked(_ plan: LaunchPlan) -> LaunchPlan {
        var plan = plan
        plan.environment.append(TaskCommand.Variable(name: name, value: "was here"))
        return plan
    }

    public func prepare(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        try await enter("prepare", container.id.description) ? LaunchPlan() : marked(plan)
    }

    public func isolate(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        try await enter("isolate", container.id.description) ? LaunchPlan() : plan
    }

    public func watch(_ container: ContainerContext) async throws -> Limitation? {
        try await enter("watch", container.id.description)
            ? Limitation(.other, evidence: "") : try await limitation.value()
    }

    public func update(_ container: ContainerContext, to resources: Resources) async throws -> UpdateAnswer {
        let isNonsense = try await enter("update", "\(resources.memory.mebibytes) \(container.id)")
        if script.isSet("refuse") {
            return .refused(BulkheadError(.badResource, "isolator \(name)", "not today", remedy: "ask again"))
        }
        if script.isSet("delay") { return .pending("\(name) follows later") }
        return isNonsense ? .pending("") : .applied
    }

    public func usage(
        _ containers: [ContainerContext], _ machines: [ContainerID: MachineStatistics]
    ) async throws -> [ContainerID: ResourceUsage] {
        var usage = ResourceUsage()
        guard try await !enter("usage", "\(containers.count)") else {
            usage.cpusUserSeconds = .nan
            return [.random(): usage]
        }
        usage.memoryLimitBytes = 7
        return Dictionary(uniqueKeysWithValues: containers.map { ($0.id, usage) })
    }

    public func status(_ container: ContainerContext, _ status: ContainerStatus) async throws -> ContainerStatus {
        guard try await !enter("status", container.id.description) else { return ContainerStatus(state: "nonsense") }
        var status = status
        status.notes[name] = "fine"
        return status
    }

    public func cleanup(_ container: ContainerContext) async throws {
        _ = try await enter("cleanup", container.id.description)
    }

    public func recover(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        try await enter("recover", container.id.description) ? LaunchPlan() : marked(plan)
    }
}

public import Isolation
import Synchronization

/// Machines in memory. Each call is noted as `launcher.start build-7` and does what the script says first.
///
/// Nonsense: `execute` claims success and never ran anything, `ended` claims the end of a machine that runs,
/// `statistics` and `machines` speak of others.
public final class FakeLauncher: Launcher {
    public let name = "fake"
    public static let owner = "fake owner"
    let host: FakeHost
    let script: Script
    let journal: Journal
    let process: FakeProcess

    public init(
        host: FakeHost, script: Script = Script(), journal: Journal = Journal(), process: FakeProcess = FakeProcess()
    ) {
        (self.host, self.script, self.journal, self.process) = (host, script, journal, process)
    }

    func enter(_ call: String, _ subject: String) async throws -> Bool {
        try await process.mustLive()
        journal.note("launcher.\(call) \(subject)")
        let isNonsense = try await script.next(call).act()
        try await process.mustLive()
        return isNonsense
    }

    public func start(_ container: ContainerContext, _ plan: LaunchPlan) async throws {
        let isNonsense = try await enter("start", container.id.description)
        guard !isNonsense else { return }
        let found = FoundMachine(
            id: container.record.machine, name: container.id.description, owner: FakeLauncher.owner, isRunning: true)
        let machine = FakeHost.Machine(found, container.config.command.arguments, container.sandbox)
        host.machines.withLock { $0[found.id] = machine }
    }

    public func ended(_ container: ContainerContext) async throws -> Termination {
        let isNonsense = try await enter("ended", container.id.description)
        return isNonsense ? Termination(.guestPoweredOff) : try await machine(container).machineEnd.value()
    }

    public func execute(
        _ container: ContainerContext, _ plan: LaunchPlan, _ execution: Execution
    ) async throws -> Termination {
        let isNonsense = try await enter("execute", container.id.description)
        guard !isNonsense else { return Termination(.exited(0)) }
        let machine = try machine(container)
        if !execution.isResumed {
            machine.begin()
            await execution.commandRuns()
        }
        // Told by the fake's own wish after the command runs, such as a lost connection.
        try await script.next("follow").act()
        return try await machine.commandEnd.value()
    }

    public func signal(_ number: Int32, to container: ContainerContext) async {
        guard (try? await enter("signal \(number)", container.id.description)) != nil else { return }
        host[container.record.machine]?.signal(number)
    }

    public func stop(_ container: ContainerContext) async throws {
        _ = try await enter("stop", container.id.description)
        host.remove(container.record.machine)
    }

    public func statistics(_ containers: [ContainerContext]) async throws -> [ContainerID: MachineStatistics] {
        guard try await !enter("statistics", "\(containers.count)") else { return [.random(): MachineStatistics()] }
        var statistics = MachineStatistics()
        statistics.cpuTime = 1_000_000_000
        let running = host.machines.withLock { machines in containers.filter { machines[$0.record.machine] != nil } }
        return Dictionary(uniqueKeysWithValues: running.map { ($0.id, statistics) })
    }

    public func machines() async throws -> [FoundMachine] {
        try await enter("machines", "all") ? [] : host.all
    }

    public func remove(_ orphan: FoundMachine) async throws {
        _ = try await enter("remove", orphan.name)
        host.remove(orphan.id)
    }

    public func evidence(_ container: ContainerContext) -> [String] { ["console of \(container.id)"] }

    func machine(_ container: ContainerContext) throws -> FakeHost.Machine {
        guard let machine = host[container.record.machine] else {
            throw BulkheadError(.notRunning, "machine of \(container.id)", "there is none", remedy: "start it")
        }
        return machine
    }
}

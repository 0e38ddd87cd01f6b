import Foundation
import Isolation
import TestSupport

/// One container of a contract check, and what a containerizer would do for it.
struct LauncherTrial: Sendable {
    let contract: LauncherContract
    let launcher: any Launcher
    let here: ContainerContext
    var plan = LaunchPlan()
    let runs = Journal()

    init(_ contract: LauncherContract, _ command: TaskCommand, _ launcher: any Launcher) throws {
        let config = ContainerConfig(
            id: .random(), resources: contract.resources, image: contract.image, command: command, output: .sandbox)
        let record = ContainerRecord(
            config, machine: UUID(), created: Int(Date().timeIntervalSince1970), bootID: "contract",
            life: ContainerLife(isolators: contract.isolators.count))
        let places = contract.places
        here = ContainerContext(
            record: record, clock: StageClock(budgets: LaunchBudgets()) { _ in },
            directory: places.container(config.id),
            sandbox: places.sandbox(config.id))
        self.contract = contract
        self.launcher = launcher
        for directory in [here.directory, places.sandbox(config.id)] { try places.make(directory, mode: 0o711) }
    }

    /// The same container in the hands of another launcher, as after a restart.
    private init(_ former: LauncherTrial, _ launcher: any Launcher) {
        (contract, here, self.launcher) = (former.contract, former.here, launcher)
    }

    mutating func start() async throws {
        if let provisioner = contract.provisioner { plan = try await provisioner.provision(here, plan) }
        for isolator in contract.isolators { plan = try await isolator.prepare(here, plan) }
        let (launcher, here, plan) = (launcher, here, plan)
        try await bounded("start") { try await launcher.start(here, plan) }
        for isolator in contract.isolators { self.plan = try await isolator.isolate(here, self.plan) }
    }

    func restarted() async throws -> LauncherTrial {
        var other = LauncherTrial(self, try await contract.makeLauncher())
        for isolator in contract.isolators { other.plan = try await isolator.recover(here, other.plan) }
        return other
    }

    /// Begins to run or to follow the command.
    func execute(isResumed: Bool = false) -> Task<Termination, any Error> {
        let (launcher, here, plan, runs) = (launcher, here, plan, runs)
        let execution = Execution(streams: nil, isResumed: isResumed) { runs.note("runs") }
        return Task { try await launcher.execute(here, plan, execution) }
    }

    func end(of task: Task<Termination, any Error>) async throws -> Outcome {
        try await bounded("end of command") { try await task.value }.outcome
    }

    func awaitCommand() async throws {
        try await eventually("commandRuns", within: contract.limit) { runs.all.isEmpty ? nil : true }
    }

    func awaitOutput(_ text: String) async throws {
        try await eventually("output “\(text)”", within: contract.limit) { file("stdout").contains(text) ? true : nil }
    }

    func file(_ name: String) -> String {
        let bytes = here.sandbox.flatMap { FileManager.default.contents(atPath: $0 + "/" + name) }
        return String(decoding: bytes ?? Data(), as: UTF8.self)
    }

    func stop() async throws {
        let (launcher, here) = (launcher, here)
        try await bounded("stop") { try await launcher.stop(here) }
    }

    var found: FoundMachine? {
        get async throws {
            let launcher = launcher
            return try await bounded("machines") { try await launcher.machines() }.first {
                $0.id == here.record.machine
            }
        }
    }

    func demandGone() async throws { try demand(try await found == nil, "a stopped machine is gone from machines()") }

    func bounded<Value: Sendable>(
        _ what: String, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let limit = contract.limit
        let late = BulkheadError(.launcherFailed, what, "no end within \(limit)", remedy: "it must have a deadline")
        return try await within(limit, otherwise: { late }, body)
    }

    func takeAway() async throws {
        try await stop()
        for isolator in contract.isolators.reversed() { try await isolator.cleanup(here) }
        for directory in [here.directory, here.sandbox].compactMap({ $0 }) {
            if FileManager.default.fileExists(atPath: directory) {
                try FileManager.default.removeItem(atPath: directory)
            }
        }
    }
}

extension LauncherContract {
    /// Makes a container for one check and takes it away, whatever the check says.
    func trial(
        _ command: TaskCommand, started: Bool = true, with launcher: (any Launcher)? = nil,
        _ body: (LauncherTrial) async throws -> Void
    ) async throws {
        let first: any Launcher = if let launcher { launcher } else { try await makeLauncher() }
        var trial = try LauncherTrial(self, command, first)
        do {
            if started { try await trial.start() }
            try await body(trial)
        } catch {
            try? await trial.takeAway()
            throw error
        }
        try await trial.takeAway()
    }
}

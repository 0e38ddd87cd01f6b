import Foundation
import Isolation
import Synchronization
import TestSupport
import Testing

/// One container in the hands of a launcher, without a containerizer.
struct HostTrial {
    let temporary: TemporaryDirectory
    let places: StateDirectory
    let config: ContainerConfig
    let here: ContainerContext
    let runs = Once<Void>()

    init(
        _ arguments: [String], output: ContainerConfig.Output = .sandbox,
        change: (inout ContainerConfig) -> Void = { _ in }
    ) throws {
        (temporary, places) = try temporaryPlaces()
        let resources = Resources(cpus: CPUs(thousandths: 500), memory: .mebibytes(128), disk: .mebibytes(1))
        var config = ContainerConfig(
            id: .random(), resources: resources, command: TaskCommand(arguments: arguments), output: output)
        change(&config)
        self.config = config
        let record = ContainerRecord(
            config, machine: UUID(), created: 0, bootID: "a boot", life: ContainerLife(isolators: 0))
        let sandbox = config.output == .sandbox ? places.sandbox(config.id) : nil
        here = ContainerContext(
            record: record, clock: StageClock(budgets: LaunchBudgets()) { _ in },
            directory: places.container(config.id),
            sandbox: sandbox)
        for directory in [here.directory, sandbox].compactMap({ $0 }) { try places.make(directory, mode: 0o711) }
    }

    /// Runs the command from start to stop.
    func run(_ launcher: any Launcher, streams: CommandStreams? = nil, plan: LaunchPlan = LaunchPlan()) async throws
        -> Termination
    {
        try await launcher.start(here, plan)
        return try await execute(launcher, streams: streams)
    }

    func execute(
        _ launcher: any Launcher, streams: CommandStreams? = nil, isResumed: Bool = false
    ) async throws -> Termination {
        let (here, runs) = (here, runs)
        let execution = Execution(streams: streams, isResumed: isResumed) { runs.fulfil(.success(())) }
        return try await bounded { try await launcher.execute(here, LaunchPlan(), execution) }
    }

    func stop(_ launcher: any Launcher) async throws {
        let here = here
        try await bounded { try await launcher.stop(here) }
        try FileManager.default.removeItem(atPath: here.directory)
        try expectNothingLeft(temporary, places)
    }

    func bounded<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let late = BulkheadError(.launcherFailed, "test", "it took too long", remedy: "")
        return try await within(.seconds(30), otherwise: { late }, body)
    }

    func file(_ name: String) -> [UInt8] {
        Array((here.sandbox.flatMap { FileManager.default.contents(atPath: "\($0)/\(name)") }) ?? Data())
    }

    func text(_ name: String) -> String { String(decoding: file(name), as: UTF8.self) }
}

/// Streams of a caller that keeps what comes.
final class Caller: Sendable {
    let output = Mutex<[UInt8]>([])
    let errors = Mutex<[UInt8]>([])
    private let input: Mutex<[[UInt8]]>

    var received: [UInt8] { output.withLock { $0 } }
    var complaints: [UInt8] { errors.withLock { $0 } }

    init(input: [[UInt8]] = []) { self.input = Mutex(input) }

    var streams: CommandStreams {
        CommandStreams(
            input: { self.input.withLock { $0.isEmpty ? nil : $0.removeFirst() } },
            output: { bytes in self.output.withLock { $0 += bytes } },
            errors: { bytes in self.errors.withLock { $0 += bytes } }, signals: AsyncStream { $0.finish() })
    }
}

public import Isolation

/// What every launcher must do, fake or real, checked one promise at a time:
///
/// ```swift
/// @Suite struct ProcessLauncherContractTests {
///     @Test(arguments: LauncherContract.Check.allCases)
///     func keeps(_ check: LauncherContract.Check) async throws {
///         let places = try StateDirectory(root: …, cache: …)
///         let contract = LauncherContract(places: places) { ProcessLauncher(places: places, owner: "a test") }
///         try await contract.run(check)
///     }
/// }
/// ```
///
/// The closure is called once for each process that the check plays: a second launcher must find what the first made, as
/// after a restart. What the launcher needs in its plan comes from `provisioner` and `isolators`, whose hooks are called
/// as the containerizer would. Output of commands goes to `stdout` and `stderr` in the sandbox. Cancelling `execute` of
/// such a command stops to follow it and leaves it running; it stands for the end of our process.
///
/// A broken promise is thrown as ``ContractBreach``. Every wait ends after `limit`.
public struct LauncherContract: Sendable {
    public enum Check: String, CaseIterable, Sendable {
        case trueExitCode, trueSignal, outputOnce, tellsOnceThatTheCommandRuns
        case stopBeforeStart, stopBeforeCommand, stopWhileCommandRuns, stopAfterCommand, stopTwice
        case endedHeedsCancellation, executeHeedsCancellation
        case signalReachesCommand, signalWithoutCommand
        case listsItsMachine, removesOrphan, statisticsOfMany
        case resumesRunningCommand, resumesEndedCommand
        case besideTrueEnd, besideStreams, besideHeedsCancellation, besideHearsItsSignals
    }

    let places: StateDirectory
    let commands: ContractCommands
    let resources: Resources
    let image: String
    let provisioner: (any Provisioner)?
    let isolators: [any Isolator]
    let canRunBeside: Bool
    let limit: Duration
    let makeLauncher: @Sendable () async throws -> any Launcher

    /// - Parameters:
    ///   - canRunBeside: it runs commands beside a container's own; else it must refuse them.
    ///   - limit: for each single wait, such as the start of a machine.
    ///   - launcher: a new one each time, over the same host.
    public init(
        places: StateDirectory, commands: ContractCommands = .shell(),
        resources: Resources = Resources(
            cpus: CPUs(thousandths: 1000), memory: .mebibytes(128), disk: .mebibytes(64)),
        image: String = "", provisioner: (any Provisioner)? = nil, isolators: [any Isolator] = [],
        canRunBeside: Bool = true, limit: Duration = .seconds(100),
        launcher: @escaping @Sendable () async throws -> any Launcher
    ) {
        self.places = places
        self.commands = commands
        self.resources = resources
        self.image = image
        self.provisioner = provisioner
        self.isolators = isolators
        self.canRunBeside = canRunBeside
        self.limit = limit
        makeLauncher = launcher
    }

    public func run(_ check: Check) async throws {
        switch check {
        case .trueExitCode: try await trueEnd(commands.exitsWith7, .exited(7))
        case .trueSignal: try await trueEnd(commands.killedBy9, .signalled(9))
        case .outputOnce: try await outputOnce()
        case .tellsOnceThatTheCommandRuns: try await tellsOnce()
        case .stopBeforeStart: try await stopBeforeStart()
        case .stopBeforeCommand: try await stopBeforeCommand()
        case .stopWhileCommandRuns: try await stopWhileCommandRuns()
        case .stopAfterCommand: try await stopAfterCommand()
        case .stopTwice: try await stopTwice()
        case .endedHeedsCancellation: try await endedHeedsCancellation()
        case .executeHeedsCancellation: try await executeHeedsCancellation()
        case .signalReachesCommand: try await signalReachesCommand()
        case .signalWithoutCommand: try await signalWithoutCommand()
        case .listsItsMachine: try await listsItsMachine()
        case .removesOrphan: try await removesOrphan()
        case .statisticsOfMany: try await statisticsOfMany()
        case .resumesRunningCommand: try await resumesRunningCommand()
        case .resumesEndedCommand: try await resumesEndedCommand()
        case .besideTrueEnd: try await besideTrueEnd()
        case .besideStreams: try await besideStreams()
        case .besideHeedsCancellation: try await besideHeedsCancellation()
        case .besideHearsItsSignals: try await besideHearsItsSignals()
        }
    }
}

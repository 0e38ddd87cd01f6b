import FoundationEssentials
public import Isolation
import Synchronization

/// Leaves the life of containers to an administrator's program: `--isolation=external:PROGRAM`, one call for each
/// operation. docs/external-launcher.md is the protocol.
public final class ExternalLauncher: Launcher {
    public var name: String { "external:\(program.path)" }
    let program: ExternalProgram
    let places: StateDirectory
    let owner: String
    let limits: LogLimits
    private let logs = Mutex<[ContainerID: RotatingLog]>([:])
    /// What the program says it can do beside what it must.
    private let abilities = Mutex<Set<ExternalOperation>?>(nil)

    /// - Parameters:
    ///   - program: its absolute path.
    ///   - budgets: how long a call may take, where it is not the usual.
    /// - Throws: ``BulkheadError`` with `toolMissing` or `permissionDenied`.
    public init(
        program: String, places: StateDirectory, owner: String, limits: LogLimits = LogLimits(),
        budgets: [ExternalOperation: Duration] = [:]
    ) throws(BulkheadError) {
        self.program = try ExternalProgram(program, budgets: budgets)
        self.places = places
        self.owner = owner
        self.limits = limits
    }

    /// Asks the program what it can do, once: whether it is one of this protocol is known before anything is made.
    ///
    /// - Throws: ``BulkheadError`` with `toolFailed`.
    public func check() async throws { _ = try await can(.signal) }

    func can(_ operation: ExternalOperation) async throws -> Bool {
        if let known = abilities.withLock({ $0 }) { return known.contains(operation) }
        let answer = try await program.call(ExternalRequest(.describe), in: nil) { _ in }
        guard answer.protocol == 1, let names = answer.operations else {
            throw program.failure(.describe, "it does not answer with protocol 1 and its operations")
        }
        let known = Set(names.compactMap(ExternalOperation.init(rawValue:))).intersection(ExternalOperation.optional)
        abilities.withLock { $0 = known }
        return known.contains(operation)
    }

    /// One call about a container, its standard error kept.
    func ask(_ request: ExternalRequest, _ container: ContainerContext) async throws -> ExternalAnswer {
        let log = log(of: container)
        return try await program.call(request, in: container.sandbox ?? container.directory) { try? log?.append($0) }
    }

    func request(_ operation: ExternalOperation, _ container: ContainerContext) -> ExternalRequest {
        ExternalRequest(operation, container, owner: owner)
    }

    /// One object for all calls about a container, as a log must have.
    private func log(of container: ContainerContext) -> RotatingLog? {
        logs.withLock { logs in
            if let log = logs[container.id] { return log }
            let log = try? RotatingLog(
                directory: container.sandbox ?? container.directory, name: "external.log",
                limits: LogLimits(fileSize: .kibibytes(256), kept: 1))
            logs[container.id] = log
            return log
        }
    }

    func forget(_ container: ContainerID) { logs.withLock { $0[container] = nil } }

    /// The command's end is the machine's, and `wait` tells it.
    public func ended(_ container: ContainerContext) async throws -> Termination { try await untilCancelled() }

    public func signal(_ number: Int32, to container: ContainerContext) async {
        guard ExternalRecord.read(in: container.directory) != nil, (try? await can(.signal)) == true else { return }
        var request = request(.signal, container)
        request.signal = number
        _ = try? await ask(request, container)
    }

    public func evidence(_ container: ContainerContext) -> [String] {
        Spool(path: (container.sandbox ?? container.directory) + "/external.log").tail(lines: 5)
    }
}

import FoundationEssentials
import Isolation

/// What a program reads on its standard input, as JSON; every field is in docs/external-launcher.md.
struct ExternalRequest: Encodable {
    struct Container: Encodable {
        var id: String
        var name: String
        var owner: String
        var directory: String
        var sandbox: String?
    }

    struct Amounts: Encodable {
        var cpus: Double
        /// Bytes, both.
        var memory: UInt64
        var disk: UInt64

        init(_ resources: Resources) {
            cpus = Double(resources.cpus.thousandths) / 1000
            (memory, disk) = (resources.memory.bytes, resources.disk.bytes)
        }
    }

    struct Command: Encodable {
        var arguments: [String]
        var environment: [String: String]
        var directory: String
        var user: String
    }

    let `protocol` = 1
    var operation: ExternalOperation
    var container: Container?
    var resources: Amounts?
    var image: String?
    var command: Command?
    var stdin: String?
    var stdout: String?
    var stderr: String?
    var signal: Int32?
    var transfer: Transfer?
    /// The directory that holds all containers' directories.
    var containers: String?

    init(_ operation: ExternalOperation) { self.operation = operation }

    /// - Parameter places: nil where the operation does not run the command.
    init(_ operation: ExternalOperation, _ here: ContainerContext, owner: String) {
        self.operation = operation
        container = Container(
            id: here.record.machine.uuidString, name: here.id.description, owner: owner, directory: here.directory,
            sandbox: here.sandbox)
        resources = Amounts(here.record.resources)
    }

    /// The same with the image and the command, for `start` and `run`.
    func with(_ config: ContainerConfig, _ plan: LaunchPlan) -> ExternalRequest {
        var request = self
        var environment: [String: String] = [:]
        for variable in plan.environment + config.command.environment { environment[variable.name] = variable.value }
        request.image = config.image
        request.command = Command(
            arguments: config.command.arguments, environment: environment, directory: config.command.directory,
            user: config.command.user)
        return request
    }
}

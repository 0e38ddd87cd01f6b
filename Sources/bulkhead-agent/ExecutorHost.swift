import Agent
import Foundation
import Isolation
import Mesos
import Synchronization
import VMIsolation

/// Where executors run and where they find the agent: in a guest across its bridge, else on the host itself.
final class ExecutorHost: ExecutorPlace {
    /// Nil where containers are no virtual machines.
    let guests: GuestSide?
    let program: ExecutorProgram
    private let state: StateDirectory
    private let images: ImageChoice
    private let egress: EgressChoice
    private let served = Mutex("")

    /// - Throws: ``BulkheadError`` with `programMissing` where `bulkhead-executor` was not built.
    init(
        _ guests: GuestSide?, state: StateDirectory, images: ImageChoice, egress: EgressChoice
    ) throws(BulkheadError) {
        self.guests = guests
        self.state = state
        self.images = images
        self.egress = egress
        let path = try Self.find(isStatic: guests != nil)
        program =
            guests == nil
            ? ExecutorProgram(arguments: [path])
            : ExecutorProgram(
                arguments: [Self.guestPath], files: [Transfer(host: path, guest: Self.guestPath)])
    }

    /// Executors' own address.
    var listening: String { guests?.address ?? "127.0.0.1" }

    var leastMemory: Memory { guests == nil ? Memory(bytes: 0) : Resources.leastMemory }

    var endpoint: String { served.withLock { $0 } }

    func isServed(at address: AgentServer.Address) { served.withLock { $0 = "\(address)" } }

    func sandbox(of container: Isolation.ContainerID) -> String {
        guests == nil ? state.sandbox(container) : "/sandbox"
    }

    /// A guest's file never takes the place of one of
    /// ours: its sandbox is a directory in ours.
    func results(of container: Isolation.ContainerID) -> [Transfer] {
        guard guests != nil else { return [] }
        return [Transfer(host: state.sandbox(container) + "/files", guest: "/sandbox")]
    }

    func image(for container: Mesos_V1_ContainerInfo?) throws(BulkheadError) -> String {
        try images.image(container?.imageName)
    }

    func egress(_ wish: String?) throws(BulkheadError) -> EgressPolicy { try egress.policy(wish) }

    private static let guestPath = "/usr/libexec/bulkhead-executor"

    /// Beside this program, or where `bin/build-executor` puts it in the source tree.
    private static func find(isStatic: Bool) throws(BulkheadError) -> String {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let places = [own.appendingPathComponent("bulkhead-executor")]
        let built = sequence(first: own) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
            .first { $0.lastPathComponent == ".build" }
            .map { [$0.appendingPathComponent("bulkhead-executor-static")] } ?? []
        let candidates = isStatic ? built + places : places + built
        guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
            throw BulkheadError(
                .fileUnreadable, "bulkhead-executor", "it is not beside \(own.path)", remedy: "run bin/build-executor")
        }
        return found.path
    }
}

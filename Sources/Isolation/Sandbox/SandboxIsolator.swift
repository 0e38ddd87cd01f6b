import Glibc
import Synchronization

/// `vm/sandbox`, `process/sandbox`, `external/sandbox`: counts a container's directory on the host, and ends a command on
/// the host that fills it. docs/isolators/sandbox.md
public final class SandboxIsolator: Isolator {
    public let name: String
    /// Nil where the command cannot write there: logs bound themselves.
    private let interval: Duration?
    /// As last updated: the context of a running `watch` is as old as the command.
    private let limits = Mutex<[ContainerID: Memory]>([:])

    /// - Parameters:
    ///   - name: after the launcher.
    ///   - interval: between the end of one look at what it holds and the next; nil for a machine's sandbox, which has
    ///     but logs.
    public init(name: String, interval: Duration?) {
        self.name = name
        self.interval = interval
    }

    public func watch(_ container: ContainerContext) async throws -> Limitation? {
        guard let interval else { return nil }
        while true {
            if let limitation = try look(at: container) { return limitation }
            try await Task.sleep(for: interval)
        }
    }

    private func look(at container: ContainerContext) throws(BulkheadError) -> Limitation? {
        let task = limits.withLock { $0[container.id] } ?? container.record.resources.disk
        let limit = Memory(bytes: task.bytes + LogLimits().total.bytes * UInt64(Sandbox.Log.allCases.count))
        do {
            let used = try size(container)
            guard used > limit else { return nil }
            return Limitation(.disk, evidence: "/sandbox holds \(used), \(task) and its logs' share allowed")
        } catch {
            guard error.reason == .diskFull else { throw error }
            return Limitation(.disk, evidence: error.description)
        }
    }

    public func update(_ container: ContainerContext, to resources: Resources) async throws -> UpdateAnswer {
        limits.withLock { $0[container.id] = resources.disk }
        return .applied
    }

    public func usage(
        _ containers: [ContainerContext], _ machines: [ContainerID: MachineStatistics]
    ) async throws -> [ContainerID: ResourceUsage] {
        var all: [ContainerID: ResourceUsage] = [:]
        for container in containers {
            guard let used = try? size(container).bytes else { continue }
            var usage = ResourceUsage()
            usage.sandboxUsedBytes = used
            if interval != nil {
                usage.diskUsedBytes = used
                usage.diskLimitBytes = container.record.resources.disk.bytes
            }
            all[container.id] = usage
        }
        return all
    }

    public func cleanup(_ container: ContainerContext) async throws {
        limits.withLock { $0[container.id] = nil }
    }

    /// Of what there is: a command whose output goes to its caller may have none.
    private func size(_ container: ContainerContext) throws(BulkheadError) -> Memory {
        let place = container.ownSandbox
        if container.sandbox == nil, access(place, F_OK) != 0 { return Memory(bytes: 0) }
        return try Sandbox(existing: place).size()
    }
}

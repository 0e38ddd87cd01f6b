import FoundationEssentials
import Isolation
import Synchronization

/// Gives each container a directory of its own on the host's RAM disk, as large as its `disk`, and tells the command
/// where it is: `FAST_SCRATCH`. For launchers whose commands see the host's files.
final class RAMDisk: Isolator {
    let name = "example/ramdisk"
    private let root: String
    private let interval: Duration
    /// As last updated: a context is a snapshot, and that of a running `watch` is as old as the command.
    private let limits = Mutex<[ContainerID: Memory]>([:])

    /// - Parameter interval: between two looks at what a container uses.
    init(root: String = "/dev/shm/bulkhead", interval: Duration = .seconds(1)) {
        self.root = root
        self.interval = interval
    }

    private func directory(_ container: ContainerContext) -> String { "\(root)/\(container.id)" }

    func prepare(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        // Should there be one of this name, its container is gone, or the name would be refused.
        try await cleanup(container)
        try FileManager.default.createDirectory(
            atPath: directory(container), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return reached(container, plan)
    }

    func recover(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        guard FileManager.default.fileExists(atPath: directory(container)) else {
            throw BulkheadError(
                .stateUnusable, "directory \(directory(container))", "it is gone", remedy: "launch the container again")
        }
        return reached(container, plan)
    }

    private func reached(_ container: ContainerContext, _ plan: LaunchPlan) -> LaunchPlan {
        limits.withLock { $0[container.id] = container.record.resources.disk }
        var plan = plan
        plan.environment.append(TaskCommand.Variable(name: "FAST_SCRATCH", value: directory(container)))
        return plan
    }

    func watch(_ container: ContainerContext) async throws -> Limitation? {
        while true {
            let (used, limit) = (try used(container), limit(container))
            if used > limit {
                return Limitation(
                    .disk, evidence: "\(directory(container)) holds \(used.bytes) bytes of \(limit.bytes)")
            }
            try await Task.sleep(for: interval)
        }
    }

    func update(_ container: ContainerContext, to resources: Resources) async throws -> UpdateAnswer {
        let used = try used(container)
        guard used <= resources.disk else {
            return .refused(
                BulkheadError(
                    .badResource, "disk \(resources.disk)", "\(directory(container)) holds \(used.bytes) bytes",
                    remedy: "ask for more, or let the command delete files first"))
        }
        limits.withLock { $0[container.id] = resources.disk }
        return .applied
    }

    func usage(
        _ containers: [ContainerContext], _ machines: [ContainerID: MachineStatistics]
    ) async throws -> [ContainerID: ResourceUsage] {
        var answer: [ContainerID: ResourceUsage] = [:]
        for container in containers {
            var usage = ResourceUsage()
            usage.diskUsedBytes = try used(container).bytes
            usage.diskLimitBytes = limit(container).bytes
            answer[container.id] = usage
        }
        return answer
    }

    func status(_ container: ContainerContext, _ status: ContainerStatus) async throws -> ContainerStatus {
        var status = status
        status.notes[name] = directory(container)
        return status
    }

    func cleanup(_ container: ContainerContext) async throws {
        limits.withLock { $0[container.id] = nil }
        guard FileManager.default.fileExists(atPath: directory(container)) else { return }
        try FileManager.default.removeItem(atPath: directory(container))
    }

    private func limit(_ container: ContainerContext) -> Memory {
        limits.withLock { $0[container.id] } ?? container.record.resources.disk
    }

    /// Files may come and go meanwhile: what has gone counts nothing.
    private func used(_ container: ContainerContext) throws -> Memory {
        let files = try FileManager.default.subpathsOfDirectory(atPath: directory(container))
        return files.reduce(Memory(bytes: 0)) { sum, file in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(directory(container))/\(file)")
            return sum + Memory(bytes: attributes?[.size] as? UInt64 ?? 0)
        }
    }
}

import FoundationEssentials
import Glibc
public import Isolation
import Synchronization

extension ProcessLauncher {
    /// How long processes may take to be gone after SIGKILL: one that waits for a disk may take longer.
    static let patience = Duration.seconds(10)

    public func stop(_ container: ContainerContext) async throws {
        attachments.withLock { $0[container.id] = nil }
        guard let record = ProcessRecord.read(in: container.directory) else { return }
        try await end(record, in: container.directory)
    }

    /// Kills everything of a container, and sees it gone.
    private func end(_ record: ProcessRecord, in directory: String) async throws {
        let deadline = ContinuousClock.now + ProcessLauncher.patience
        let group = record.group
        // First of all who would tell of an end.
        record.supervisor?.signal(SIGKILL)
        while true {
            let left = alive(record, group)
            if left.isEmpty { break }
            guard ContinuousClock.now < deadline else {
                throw ProcessLauncher.left(record, "processes \(left.sorted())")
            }
            group.kill()
            for pid in left { kill(pid, SIGKILL) }
            try await Task.sleep(for: .milliseconds(5))
        }
        if let supervisor = record.supervisor { ProcessIdentity.collect(supervisor.pid) }
        while true {
            let left = group.remove()
            if left.isEmpty { break }
            guard ContinuousClock.now < deadline else {
                throw ProcessLauncher.left(record, left.joined(separator: "; "))
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        try PrivateFile.remove("\(directory)/\(ProcessRecord.fileName)")
    }

    /// Every process of a container that runs still, by control group, mark, descent and session.
    private func alive(_ record: ProcessRecord, _ group: ControlGroup) -> Set<pid_t> {
        guard record.bootID == ProcessIdentity.thisBoot else { return [] }
        let supervisor = record.supervisor.flatMap { $0.isAlive ? $0.pid : nil }
        let seeds = group.processes().union(supervisor.map { [$0] } ?? [])
        return Set(ProcessTable.read().members(of: seeds, mark: record.mark).filter { !$0.isDead }.map(\.pid))
    }

    private static func left(_ record: ProcessRecord, _ what: String) -> BulkheadError {
        BulkheadError(
            .cleanupIncomplete, "container \(record.name)", "after \(patience) there are still \(what)",
            remedy: "see what they wait for; bulkhead sweep finishes it")
    }

    public func machines() async throws -> [FoundMachine] { found().map(\.machine) }

    public func remove(_ orphan: FoundMachine) async throws {
        for (machine, record, directory) in found() where machine.id == orphan.id {
            try Removal.announce(in: directory)
            try await end(record, in: directory)
            do { try await Removal.finish(directory) } catch {
                throw ProcessLauncher.left(record, "\(directory): \(error)")
            }
        }
    }

    private func found() -> [(machine: FoundMachine, record: ProcessRecord, directory: String)] {
        let root = places.root + "/containers"
        return ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { name in
            let directory = "\(root)/\(name)"
            guard let record = ProcessRecord.read(in: directory) else { return nil }
            let isRunning = record.supervisor?.isAlive == true || !record.group.processes().isEmpty
            let machine = FoundMachine(id: record.machine, name: record.name, owner: record.owner, isRunning: isRunning)
            return (machine, record, directory)
        }
    }
}

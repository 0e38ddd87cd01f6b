import FoundationEssentials
public import Isolation

extension ExternalLauncher {
    public func stop(_ container: ContainerContext) async throws {
        guard ExternalRecord.read(in: container.directory) != nil else { return }
        _ = try await ask(request(.stop, container), container)
        try await verifyGone(container.record.machine, container.id.description)
        forget(container.id)
        do { try PrivateFile.remove("\(container.directory)/\(ExternalRecord.fileName)") } catch {
            throw BulkheadError.host("container \(container.id)", error)
        }
    }

    /// The program's word that it stopped something is not enough: it must not list it any more.
    private func verifyGone(_ machine: UUID, _ name: String) async throws {
        guard try await machines().contains(where: { $0.id == machine }) else { return }
        throw BulkheadError(
            .cleanupIncomplete, "container \(name)",
            "the external program \(program.path) lists it after it stopped it",
            remedy: "bulkhead sweep tries again; see external.log in the sandbox")
    }

    public func machines() async throws -> [FoundMachine] {
        var request = ExternalRequest(.list)
        request.containers = places.root + "/containers"
        let answer = try await program.call(request, in: nil) { _ in }
        guard let containers = answer.containers else {
            throw program.failure(.list, "it does not answer with containers")
        }
        return containers.map { FoundMachine(id: $0.id, name: $0.name, owner: $0.owner, isRunning: $0.running) }
    }

    public func remove(_ orphan: FoundMachine) async throws {
        // The name comes from outside: it must be one of ours before it is part of a path.
        let directory = places.container(try ContainerID(orphan.name))
        if ExternalRecord.read(in: directory)?.machine == orphan.id { try Removal.announce(in: directory) }
        var request = ExternalRequest(.stop)
        request.container = ExternalRequest.Container(
            id: orphan.id.uuidString, name: orphan.name, owner: orphan.owner ?? owner, directory: directory,
            sandbox: nil)
        _ = try await program.call(request, in: nil) { _ in }
        try await verifyGone(orphan.id, orphan.name)
        guard ExternalRecord.read(in: directory)?.machine == orphan.id else { return }
        do { try await Removal.finish(directory) } catch {
            throw BulkheadError(
                .cleanupIncomplete, "container \(orphan.name)", "\(directory): \(error)", remedy: "bulkhead sweep")
        }
    }

    /// One call for all; where the program cannot tell, the machines are known and their figures are not.
    public func statistics(_ containers: [ContainerContext]) async throws -> [ContainerID: MachineStatistics] {
        let started = containers.filter { ExternalRecord.read(in: $0.directory) != nil }
        var answer = Dictionary(started.map { ($0.id, MachineStatistics()) }) { first, _ in first }
        guard !started.isEmpty, try await can(.usage) else { return answer }
        var request = ExternalRequest(.usage)
        request.containers = places.root + "/containers"
        let usage = try await program.call(request, in: nil) { _ in }.usage ?? [:]
        for container in started {
            guard let known = usage[container.record.machine.uuidString] else { continue }
            var statistics = MachineStatistics()
            (statistics.cpuUser, statistics.cpuSystem) = (known.cpuUser, known.cpuSystem)
            if let user = known.cpuUser, let system = known.cpuSystem { statistics.cpuTime = user &+ system }
            statistics.resident = known.memory.map { Memory(bytes: $0) }
            answer[container.id] = statistics
        }
        return answer
    }
}

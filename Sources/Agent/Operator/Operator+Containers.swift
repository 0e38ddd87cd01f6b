import FoundationEssentials
import Isolation
public import Mesos
import SwiftProtobuf

/// Standalone containers: a command in a container of its own, without executor.
extension Operator {
    /// - Returns: 200 where its command runs, or ran; 202 where a container of this name is alive.
    /// - Throws: ``Refusal`` with 400, or 503 where launches fail for the host's reasons.
    func launch(_ call: Mesos_V1_Agent_Call.LaunchContainer) async throws(Refusal) -> Int {
        let config = try config(call)
        if await isAlive(config.id) { return 202 }
        if let refusal = health.refusal { throw Refusal(status: 503, text: "Failed to launch container: \(refusal)") }
        do {
            try await containerizer.launch(config, observe: metrics.observe)
        } catch let error as BulkheadError {
            metrics.launchFailed()
            health.launchFailed(error)
            if error.reason == .nameInUse, await isAlive(config.id) { return 202 }
            throw Refusal(status: 400, text: "Failed to launch container: \(error)")
        } catch { throw Refusal(status: 503, text: "The agent does not wait for the launch any more") }
        if await containerizer.list().contains(where: { $0.id == config.id && $0.life.state == .running }) {
            health.launchSucceeded()
            return 200
        }
        // It has ended, or is about to.
        guard let report = try? await containerizer.wait(config.id),
            case .launchFailed(let stage, let error) = report.termination.outcome
        else {
            health.launchSucceeded()
            return 200
        }
        metrics.launchFailed()
        health.launchFailed(error)
        if report.cleanUpFailure == nil { try? await containerizer.forget(config.id) }
        throw Refusal(status: 400, text: "Failed to launch container: stage \(stage.rawValue): \(error)")
    }

    private func isAlive(_ id: Isolation.ContainerID) async -> Bool {
        await containerizer.list().contains { $0.id == id && !$0.life.state.isEnded }
    }

    private func config(_ call: Mesos_V1_Agent_Call.LaunchContainer) throws(Refusal) -> ContainerConfig {
        let id = try standalone(call.containerID)
        let (command, container) = (call.command, call.container)
        guard call.hasCommand, !command.value.isEmpty else {
            throw Refusal(status: 400, text: "'launch_container.command.value' is missing")
        }
        guard command.uris.isEmpty else {
            throw Refusal(status: 400, text: "URIs are not fetched here; fetch them in the command")
        }
        if call.hasContainer {
            guard container.type == .mesos else {
                throw Refusal(status: 400, text: "Containers of type DOCKER are not run here")
            }
            guard container.volumes.isEmpty, container.networkInfos.isEmpty, !container.hasTtyInfo else {
                throw Refusal(status: 400, text: "Volumes, networks and terminals cannot be given to a container here")
            }
        }
        for resource in call.resources where !["cpus", "mem", "disk"].contains(resource.name) {
            throw Refusal(status: 400, text: "There is no resource “\(resource.name)” here")
        }
        do throws(BulkheadError) {
            return ContainerConfig(
                id: id, resources: resources(call.resources),
                image: try image(container.imageName),
                command: try TaskCommand(command, user: "root"), output: .sandbox,
                gets: executors.place.results(of: id), egress: try executors.place.egress(nil))
        } catch { throw Refusal(status: 400, text: "\(error)") }
    }

    private func resources(_ asked: [Mesos_V1_Resource]) -> Resources {
        let (sum, standard) = (TaskResources.sum([asked]), Resources.standard)
        func has(_ name: String) -> Bool { asked.contains { $0.name == name && $0.scalar.value > 0 } }
        return Resources(
            cpus: has("cpus") ? sum.cpus : standard.cpus, memory: has("mem") ? sum.memory : standard.memory,
            disk: has("disk") ? sum.disk : standard.disk)
    }

    /// Mesos allows more in a name than a guest's host name can hold.
    private func standalone(_ id: Mesos_V1_ContainerID) throws(Refusal) -> Isolation.ContainerID {
        guard !id.hasParent else {
            throw Refusal(status: 400, text: "Expecting 'container_id.parent' to be not set")
        }
        do { return try Isolation.ContainerID(id.value) } catch { throw Refusal(status: 400, text: "\(error)") }
    }

    func wait(_ id: Mesos_V1_ContainerID) async throws(Refusal) -> Mesos_V1_Agent_Response.WaitContainer {
        let id = try standalone(id)
        let report: ContainerReport?
        do { report = try await containerizer.wait(id) } catch {
            throw Refusal(status: error is CancellationError ? 503 : 500, text: "\(error)")
        }
        guard let report else { throw Refusal(status: 404, text: "Container \(id) cannot be found") }
        return Mesos_V1_Agent_Response.WaitContainer(report.termination)
    }

    func kill(_ call: Mesos_V1_Agent_Call.KillContainer) async throws(Refusal) -> Int {
        let id = try standalone(call.containerID)
        guard await isAlive(id) else { throw Refusal(status: 404, text: "Container \(id) cannot be found") }
        let (signal, containerizer) = (call.hasSignal ? call.signal : 9, containerizer)
        guard signal == 9 else {
            await containerizer.signal(signal, to: id)
            return 200
        }
        // A guest may not heed signals any more; its machine always does. Whoever wants its end waits for it.
        Task { try? await containerizer.destroy(id) }
        return 200
    }

    func remove(_ id: Mesos_V1_ContainerID) async throws(Refusal) -> Int {
        let id = try standalone(id)
        guard await !isAlive(id) else { throw Refusal(status: 500, text: "Container \(id) has not ended yet") }
        if await executors.isExecutor(id) {
            throw Refusal(status: 400, text: "Container \(id) belongs to an executor")
        }
        do {
            try await containerizer.forget(id)
            try Sandbox(existing: places.sandbox(id)).remove()
        } catch { throw Refusal(status: 500, text: "\(error)") }
        return 200
    }
}

extension Mesos_V1_ContainerInfo {
    /// What it is to boot; nil where it names nothing.
    public var imageName: String? {
        guard hasMesos, mesos.hasImage else { return nil }
        let name = mesos.image.type == .docker ? mesos.image.docker.name : mesos.image.appc.name
        return name.isEmpty ? nil : name
    }
}

extension Mesos_V1_Agent_Response.WaitContainer {
    /// `exit_status` is what `wait()` gives; state and reason say what we decided, or found out beyond it.
    init(_ termination: Termination) {
        self.init()
        let outcome = termination.outcome
        switch outcome {
        case .exited(let code): exitStatus = code << 8
        case .signalled(let signal), .interrupted(let signal): exitStatus = signal
        case .destroyed: exitStatus = 9
        case .outOfMemory: fail(.containerLimitationMemory, status: 9)
        case .outOfDisk(let code): fail(.containerLimitationDisk, status: code.map { $0 << 8 } ?? 9)
        case .timeLimit: fail(.maxCompletionTimeReached, status: 9)
        case .limitReached: fail(.containerLimitation, status: 9)
        case .launchFailed: fail(.containerLaunchFailed, status: nil)
        case .guestPoweredOff, .guestRebooted, .guestPanicked, .monitorKilled, .hostFailed:
            fail(.executorTerminated, status: nil)
        }
        guard hasState else { return }
        let words = outcome.error.map { "\($0)" } ?? outcome.name
        message = ([words] + termination.evidence).joined(separator: "; ")
    }

    private mutating func fail(_ reason: Mesos_V1_TaskStatus.Reason, status: Int32?) {
        (state, self.reason) = (.taskFailed, reason)
        if let status { exitStatus = status }
    }
}

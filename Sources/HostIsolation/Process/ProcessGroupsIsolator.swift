public import Isolation

/// `process/cgroups`: processors and memory of a process on the host, through control groups. Where they are not to be
/// had, the container's status says so and the command runs without limits.
public struct ProcessGroupsIsolator: Isolator {
    public let name = "process/cgroups"

    public init() {}

    public func prepare(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        var plan = plan
        plan.cpu = CPUAllocation(container.record.resources.cpus)
        plan.memory = container.record.resources.memory
        plan.hardLimit = container.record.resources.memory
        return plan
    }

    /// Waits until the kernel had to kill for want of memory.
    public func watch(_ container: ContainerContext) async throws -> Limitation? {
        guard let group = ProcessRecord.read(in: container.directory)?.group,
            let killed = try await MemoryWatch(group, before: 0)?.killed()
        else { return nil }
        let limit = container.record.resources.memory
        return Limitation(.memory, evidence: "\(killed) processes killed at the limit of \(limit)")
    }

    public func update(_ container: ContainerContext, to resources: Resources) async throws -> UpdateAnswer {
        guard let group = ProcessRecord.read(in: container.directory)?.group else {
            return .refused(ProcessGroupsIsolator.refusal(container, "it has no process"))
        }
        for why in [group.limit(CPUAllocation(resources.cpus)), group.limit(resources.memory)] {
            if let why { return .refused(ProcessGroupsIsolator.refusal(container, why)) }
        }
        return .applied
    }

    private static func refusal(_ container: ContainerContext, _ why: String) -> BulkheadError {
        BulkheadError(
            .badResource, "container \(container.id)", why,
            remedy: "ask for no less than what it uses; limits need a host whose control groups we may write to")
    }

    public func usage(
        _ containers: [ContainerContext], _ machines: [ContainerID: MachineStatistics]
    ) async throws -> [ContainerID: ResourceUsage] {
        var answer: [ContainerID: ResourceUsage] = [:]
        for container in containers {
            guard let machine = machines[container.id] else { continue }
            answer[container.id] = usage(container, machine)
        }
        return answer
    }

    private func usage(_ container: ContainerContext, _ machine: MachineStatistics) -> ResourceUsage {
        var usage = ResourceUsage(machine, container.record.resources)
        let group = ProcessRecord.read(in: container.directory)?.group
        if let throttling = group?.throttling() {
            usage.cpusPeriods = throttling.periods
            usage.cpusThrottledPeriods = throttling.throttled
            usage.cpusThrottledSeconds = Double(throttling.time) / 1e9
        }
        usage.memoryTotalBytes = group?.memoryTotal
        return usage
    }

    public func status(_ container: ContainerContext, _ status: ContainerStatus) async throws -> ContainerStatus {
        guard let record = ProcessRecord.read(in: container.directory) else { return status }
        var status = status
        status.process = record.supervisor?.pid
        for (concern, note) in record.notes { status.notes[concern] = note }
        return status
    }
}

import FoundationEssentials
import HostIsolation
import Isolation

/// `vm/compute`: processors and memory. docs/isolators/compute.md
struct ComputeIsolator: Isolator {
    let name = "vm/compute"
    let hypervisor: any Hypervisor

    init(hypervisor: any Hypervisor) { self.hypervisor = hypervisor }

    func prepare(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        var plan = plan
        let resources = container.record.resources
        plan.cpu = CPUAllocation(resources.cpus)
        plan.memory = resources.memory
        plan.hardLimit = hardLimit(resources, plan)
        return plan
    }

    private func hardLimit(_ resources: Resources, _ plan: LaunchPlan) -> Memory {
        // Scratch space, and for a stock image its root disk and its seed.
        MemoryOverhead(emulated: plan.acceleration == .tcg).hardLimit(for: resources, disks: plan.setsItselfUp ? 3 : 1)
    }

    /// Waits until the host's kernel had to kill in the machine's control group. What the guest's own kernel kills is the
    /// command's end, and in its result.
    func watch(_ container: ContainerContext) async throws -> Limitation? {
        let monitor = MonitorProcess(name: DomainPlan.name(of: container.id), machine: container.record.machine)
        guard let pid = monitor.pid, let killed = try await MemoryWatch(of: pid)?.killed() else { return nil }
        return Limitation(
            .memory,
            evidence: "control group: the host's kernel killed \(killed) at the limit of guest and machine monitor")
    }

    /// Processors follow at once. Memory follows as far as the guest's balloon driver gives it back.
    func update(_ container: ContainerContext, to resources: Resources) async throws -> UpdateAnswer {
        let (machine, config) = (container.record.machine, container.config)
        let cpu = CPUAllocation(resources.cpus)
        let most = CPUAllocation(config.resources.cpus).virtualCPUs
        guard cpu.virtualCPUs <= most else {
            return .refused(
                tooMuch("cpus \(resources.cpus)", "it was launched with \(most) virtual processors", "--cpus"))
        }
        guard resources.memory <= config.resources.memory else {
            return .refused(
                tooMuch("memory \(resources.memory)", "it was launched with \(config.resources.memory)", "--mem"))
        }
        if let refusal = try await belowUse(resources.memory, machine) { return .refused(refusal) }
        // The quota is for each of the processors that the guest has, which stay as many as they were.
        try await hypervisor.setProcessors(CPUAllocation(resources.cpus, virtualCPUs: most), of: machine)
        try await hypervisor.setMemory(resources.memory, of: machine)
        let now = try await hypervisor.statistics(of: machine)?.balloon
        guard let now, now != resources.memory else { return .applied }
        return .pending("the guest has \(now) and is to have \(resources.memory): its balloon follows")
    }

    /// A guest that is given less than it uses kills its own processes.
    private func belowUse(_ wish: Memory, _ machine: UUID) async throws -> BulkheadError? {
        guard let stats = try await hypervisor.statistics(of: machine), let available = stats.guestAvailable,
            let unused = stats.guestUnused, available > unused
        else { return nil }
        let used = Memory(bytes: available.bytes - unused.bytes)
        guard wish < used else { return nil }
        return BulkheadError(
            .badResource, "memory \(wish)", "the guest uses \(used) now",
            remedy: "ask for at least \(used), or try later")
    }

    private func tooMuch(_ wish: String, _ why: String, _ option: String) -> BulkheadError {
        BulkheadError(
            .badResource, wish, "\(why), and a running guest does not grow beyond that",
            remedy: "launch it with a larger \(option)")
    }

    func usage(
        _ containers: [ContainerContext], _ machines: [ContainerID: MachineStatistics]
    ) async throws -> [ContainerID: ResourceUsage] {
        var all: [ContainerID: ResourceUsage] = [:]
        for container in containers {
            var usage = ResourceUsage()
            usage.cpusLimit = Double(container.record.resources.cpus.thousandths) / 1000
            usage.memoryLimitBytes = container.record.resources.memory.bytes
            if let machine = machines[container.id] {
                let system = machine.cpuSystem ?? 0
                usage.cpusSystemSeconds = Double(system) / 1e9
                // What is not the kernel's is the guest's and the machine monitor's own.
                usage.cpusUserSeconds = machine.cpuTime.map { Double($0 - min($0, system)) / 1e9 }
                usage.memoryTotalBytes = machine.balloon?.bytes
                usage.memoryResidentBytes = machine.resident?.bytes
                if let available = machine.guestAvailable?.bytes, let unused = machine.guestUnused?.bytes {
                    usage.memoryGuestUsedBytes = available - min(available, unused)
                }
            }
            all[container.id] = usage
        }
        return all
    }
}

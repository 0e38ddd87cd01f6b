import Foundation
import HostIsolation
import Isolation

/// `vm/disk`: an overlay over each disk of the image, which is only read, and scratch space of the size asked for.
/// docs/isolators/disk.md
struct DiskIsolator: Isolator {
    let name = "vm/disk"
    let hypervisor: any Hypervisor
    /// Directory for templates of scratch disks.
    let cache: String
    /// Of containers that name none.
    var rates = RateLimits()

    func prepare(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> LaunchPlan {
        var plan = plan
        var disks: [DomainPlan.Disk] = []
        for base in plan.disks { disks.append(try await overlay(over: base, in: container.directory)) }
        let scratch = DomainPlan.Disk(
            target: "vd\(Character(UnicodeScalar(UInt8(ascii: "a") + UInt8(disks.count))))",
            file: container.directory + "/scratch.raw", format: .raw, serial: "scratch")
        try await ScratchDisks(cache: cache).make(at: scratch.file, size: container.record.resources.disk)
        plan.disks = disks + [scratch]
        let wish = container.config.rates
        plan.rates.diskBytesPerSecond = wish.diskBytesPerSecond ?? rates.diskBytesPerSecond
        plan.rates.diskOperationsPerSecond = wish.diskOperationsPerSecond ?? rates.diskOperationsPerSecond
        return plan
    }

    /// Copy on write: the base is never written to, and its format is said, never probed. `qemu-img`, which runs with our
    /// rights, is told the size and so does not open it.
    private func overlay(over base: DomainPlan.Disk, in directory: String) async throws -> DomainPlan.Disk {
        let file = directory + "/\(base.serial).qcow2"
        // In whole sectors.
        let size = (try DiskHeader(path: base.file).size + 511) & ~511
        let end = try await HostTool("qemu-img", of: "qemu-utils").run([
            "create", "-q", "-u", "-f", "qcow2", "-b", base.file, "-F", base.format.rawValue, "-o",
            "lazy_refcounts=on", file, "\(size)",
        ])
        guard end.isFine else {
            throw BulkheadError(
                .toolFailed, "qemu-img create \(file)", "\(end.words): \(end.errors)",
                remedy: "see that \(base.file) is readable and that there is space in \(directory)")
        }
        return DomainPlan.Disk(
            target: base.target, file: file, format: .qcow2, backing: .init(file: base.file, format: base.format),
            serial: base.serial)
    }

    /// A write that finds no space on the host stops the machine: the host's fault, not the task's. What fills up inside
    /// the guest is the command's to notice, and in its result.
    func watch(_ container: ContainerContext) async throws -> Limitation? {
        while true {
            if let events = try? await hypervisor.events(of: container.record.machine) {
                for await case .outOfSpace(let device) in events {
                    throw BulkheadError(
                        .diskFull, "disk \(device) of \(container.id)",
                        "a write found no space on the host (I/O error event)",
                        remedy: "free space where \(container.directory) is, and launch it again")
                }
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Disks keep their size.
    func update(_ container: ContainerContext, to resources: Resources) async throws -> UpdateAnswer {
        guard resources.disk != container.config.resources.disk else { return .applied }
        return .refused(
            BulkheadError(
                .badResource, "disk \(resources.disk)", "a running guest's disk keeps its size",
                remedy: "ask for the \(container.config.resources.disk) that it was launched with"))
    }

    func usage(
        _ containers: [ContainerContext], _ machines: [ContainerID: MachineStatistics]
    ) async throws -> [ContainerID: ResourceUsage] {
        var all: [ContainerID: ResourceUsage] = [:]
        for container in containers {
            var usage = ResourceUsage()
            usage.diskLimitBytes = container.record.resources.disk.bytes
            let blocks = machines[container.id]?.blocks ?? []
            if !blocks.isEmpty { usage.diskUsedBytes = blocks.reduce(0) { $0 + ($1.allocated ?? 0) } }
            all[container.id] = usage
        }
        return all
    }
}

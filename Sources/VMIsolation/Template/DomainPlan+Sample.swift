import Foundation
public import Isolation

extension DomainPlan {
    /// A plan to try a template with: sizes as asked, everything else made up, nothing of it on this host.
    public static func sample(
        _ resources: Resources, boot: Boot? = nil, acceleration: Acceleration = .kvm, templateDigest: String
    ) throws(BulkheadError) -> DomainPlan {
        let store = "/var/lib/bulkhead/sample"
        let base = Backing(file: "\(store)/base.qcow2", format: .qcow2)
        let kernel = Boot.kernel(
            kernel: "\(store)/vmlinux", initrd: "\(store)/initrd.cpio", commandLine: "console=ttyS0 quiet")
        var plan = DomainPlan(
            name: "bulkhead-sample", uuid: UUID(),
            owner: Owner(
                owner: "sample", container: try ContainerID("sample"), created: 0, templateDigest: templateDigest),
            acceleration: acceleration, cpu: CPUAllocation(resources.cpus), memory: resources.memory,
            hardLimit: MemoryOverhead().hardLimit(for: resources, disks: 2), boot: boot ?? kernel,
            disks: [
                Disk(target: "vda", file: "\(store)/root.qcow2", format: .qcow2, backing: base, serial: "root"),
                Disk(target: "vdb", file: "\(store)/scratch.qcow2", format: .qcow2, serial: "scratch"),
            ],
            interface: Interface(mac: "52:54:00:00:00:01", network: "bulkhead", isolated: true, port: "bhsample00-2"),
            seedFile: "\(store)/seed", consoleLog: "\(store)/console.log", monitorUser: "+64055:+64055")
        plan.rates = RateLimits(
            diskBytesPerSecond: 10 << 20, diskOperationsPerSecond: 100, networkBytesPerSecond: 1 << 20)
        return plan
    }
}

/// How much memory a machine monitor needs beside its guest's, so that the cgroup's limit ends neither of them early.
///
/// Modelled, not measured for each guest: a base for the monitor itself, something for each processor and device,
/// and a share of the guest's memory for page tables and dirty tracking. docs/isolators/compute.md has the figures.
public struct MemoryOverhead: Hashable, Codable, Sendable {
    public var base = Memory.mebibytes(160)
    public var perVirtualCPU = Memory.mebibytes(8)
    public var perDevice = Memory.mebibytes(2)
    /// One part in this many of the guest's memory.
    public var divisor: UInt64 = 64

    /// QEMU keeps translated code of an emulated guest; this is the most that it keeps by default.
    public var translationCache = Memory(bytes: 0)

    public init(emulated: Bool = false) {
        if emulated { translationCache = .mebibytes(1024) }
    }

    public func overhead(memory: Memory, virtualCPUs: Int, devices: Int) -> Memory {
        Memory(
            bytes: base.bytes + translationCache.bytes + perVirtualCPU.bytes * UInt64(virtualCPUs) + perDevice.bytes
                * UInt64(devices)
                + memory.bytes / divisor)
    }

    /// The cgroup's limit for a whole machine: guest and overhead.
    /// - Parameter disks: how many disks the machine has; network, console and entropy source are counted here.
    public func hardLimit(for resources: Resources, disks: Int) -> Memory {
        resources.memory
            + overhead(
                memory: resources.memory, virtualCPUs: CPUAllocation(resources.cpus).virtualCPUs, devices: disks + 3)
    }
}

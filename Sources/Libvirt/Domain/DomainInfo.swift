internal import CLibvirt

/// A domain's size and processor use. Source: `virDomainInfo`.
public struct DomainInfo: Hashable, Sendable {
    public let maximumMemory: Kibibytes
    /// What the balloon leaves to the guest now.
    public let memory: Kibibytes
    public let vcpus: Int
    /// Processor time used since the start.
    public let cpuTime: Duration

    init(_ info: virDomainInfo) {
        maximumMemory = Kibibytes(UInt64(info.maxMem))
        memory = Kibibytes(UInt64(info.memory))
        vcpus = Int(info.nrVirtCpu)
        cpuTime = .nanoseconds(Int64(clamping: info.cpuTime))
    }
}

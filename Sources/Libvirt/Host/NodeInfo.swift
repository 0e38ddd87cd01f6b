internal import CLibvirt

/// The processors and the memory of a host. Source: `virNodeInfo`.
public struct NodeInfo: Hashable, Sendable {
    /// Such as `x86_64`.
    public let model: String
    public let memory: Kibibytes
    /// How many logical processors are online.
    public let cpus: Int
    /// Expected clock rate; 0 if not known.
    public let megahertz: Int
    public let numaNodes: Int
    /// Per NUMA node.
    public let sockets: Int
    /// Per socket.
    public let cores: Int
    /// Per core.
    public let threads: Int

    init(_ info: virNodeInfo) {
        model = stringFromTuple(info.model)
        memory = Kibibytes(rawValue: UInt64(info.memory))
        cpus = Int(info.cpus)
        megahertz = Int(info.mhz)
        numaNodes = Int(info.nodes)
        sockets = Int(info.sockets)
        cores = Int(info.cores)
        threads = Int(info.threads)
    }
}

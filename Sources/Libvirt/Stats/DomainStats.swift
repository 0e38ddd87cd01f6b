internal import CLibvirt
public import FoundationEssentials

/// What one domain did and used. Source: `virDomainStatsRecord`.
///
/// Values are nil, lists empty, where the kind was not asked for or the hypervisor does not have it.
public struct DomainStats: Hashable, Sendable {
    public let name: String
    public let uuid: UUID
    /// Everything, as libvirt names it in `virConnectGetAllDomainStats`.
    public let parameters: TypedParameters

    /// For tests of what reads statistics.
    public init(name: String, uuid: UUID, parameters: TypedParameters) {
        self.name = name
        self.uuid = uuid
        self.parameters = parameters
    }

    /// Copies the record; the caller frees it.
    init(_ record: virDomainStatsRecord) throws(LibvirtError) {
        name = try unsafe readName("virDomainGetName", virDomainGetName(record.dom))
        uuid = try unsafe readUUID("virDomainGetUUID") { unsafe virDomainGetUUID(record.dom, $0) }
        parameters = unsafe TypedParameters(copying: record.params, count: record.nparams)
    }
}

extension DomainStats {
    public var state: DomainState? {
        guard let state = number("state.state"), let reason = number("state.reason") else { return nil }
        return DomainState(state: state, reason: reason)
    }

    /// Processor time, by everything that the domain is made of.
    public var cpuTime: Duration? { parameters.nanoseconds("cpu.time") }
    public var cpuUserTime: Duration? { parameters.nanoseconds("cpu.user") }
    public var cpuSystemTime: Duration? { parameters.nanoseconds("cpu.system") }

    public var balloon: BalloonStats { BalloonStats(parameters) }

    public var currentVCPUs: Int? { number("vcpu.current").map { Int($0) } }
    public var maximumVCPUs: Int? { number("vcpu.maximum").map { Int($0) } }
    public var vcpus: [VCPUStats] { parameters.list("vcpu").map { VCPUStats($0.index, $0.fields) } }

    public var interfaces: [InterfaceStats] { parameters.list("net").map { InterfaceStats($0.fields) } }
    public var blocks: [BlockStats] { parameters.list("block").map { BlockStats($0.fields) } }

    private func number(_ field: String) -> Int32? {
        parameters[field]?.signed.flatMap { Int32(exactly: $0) }
    }
}

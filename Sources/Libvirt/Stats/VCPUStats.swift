/// What one virtual processor did. Source: `vcpu.*` of `virConnectGetAllDomainStats`.
public struct VCPUStats: Hashable, Sendable {
    public let index: Int
    /// Processor time used.
    public let time: Duration?
    /// Time ready to run, without a host processor to run on.
    public let delay: Duration?
    public let halted: Bool?

    init(_ index: Int, _ fields: TypedParameters) {
        self.index = index
        time = fields.nanoseconds("time")
        delay = fields.nanoseconds("delay")
        halted = fields["halted"]?.boolean
    }
}

/// What went through a disk. Source: `block.*` of `virConnectGetAllDomainStats`.
public struct BlockStats: Hashable, Sendable {
    /// Fields are nil where the hypervisor does not count.
    public struct Traffic: Hashable, Sendable {
        public let requests: UInt64?
        public let bytes: UInt64?
        /// Time spent on requests.
        public let time: Duration?
    }

    /// The guest's name of the disk, such as `vda`.
    public let name: String
    /// The image's path, if it has one.
    public let path: String?
    public let read: Traffic
    public let written: Traffic
    public let flushes: UInt64?
    /// Bytes in use on the host.
    public let allocation: UInt64?
    /// Bytes that the guest sees.
    public let capacity: UInt64?
    /// Bytes of the image's file or device.
    public let physical: UInt64?

    init(_ fields: TypedParameters) {
        name = fields["name"]?.string ?? ""
        path = fields["path"]?.string
        read = Traffic(fields, "rd")
        written = Traffic(fields, "wr")
        flushes = fields["fl.reqs"]?.unsigned
        allocation = fields["allocation"]?.unsigned
        capacity = fields["capacity"]?.unsigned
        physical = fields["physical"]?.unsigned
    }
}

extension BlockStats.Traffic {
    fileprivate init(_ fields: TypedParameters, _ direction: String) {
        requests = fields["\(direction).reqs"]?.unsigned
        bytes = fields["\(direction).bytes"]?.unsigned
        time = fields.nanoseconds("\(direction).times")
    }
}

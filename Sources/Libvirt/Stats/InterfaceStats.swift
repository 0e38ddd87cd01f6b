internal import CLibvirt

/// What went through a network interface, counted from the guest's side. Sources: `virDomainInterfaceStats`, `net.*`
/// of `virConnectGetAllDomainStats`.
public struct InterfaceStats: Hashable, Sendable {
    /// Fields are nil where the hypervisor does not count.
    public struct Traffic: Hashable, Sendable {
        public let bytes: UInt64?
        public let packets: UInt64?
        public let errors: UInt64?
        public let dropped: UInt64?
    }

    public let name: String
    public let received: Traffic
    public let sent: Traffic

    init(_ name: String, _ stats: virDomainInterfaceStatsStruct) {
        self.name = name
        received = Traffic(
            bytes: UInt64(exactly: stats.rx_bytes), packets: UInt64(exactly: stats.rx_packets),
            errors: UInt64(exactly: stats.rx_errs), dropped: UInt64(exactly: stats.rx_drop)
        )
        sent = Traffic(
            bytes: UInt64(exactly: stats.tx_bytes), packets: UInt64(exactly: stats.tx_packets),
            errors: UInt64(exactly: stats.tx_errs), dropped: UInt64(exactly: stats.tx_drop)
        )
    }

    init(_ fields: TypedParameters) {
        name = fields["name"]?.string ?? ""
        received = Traffic(fields, "rx")
        sent = Traffic(fields, "tx")
    }
}

extension InterfaceStats.Traffic {
    fileprivate init(_ fields: TypedParameters, _ direction: String) {
        bytes = fields["\(direction).bytes"]?.unsigned
        packets = fields["\(direction).pkts"]?.unsigned
        errors = fields["\(direction).errs"]?.unsigned
        dropped = fields["\(direction).drop"]?.unsigned
    }
}

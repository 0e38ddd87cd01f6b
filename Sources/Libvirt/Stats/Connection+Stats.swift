internal import CLibvirt

extension Connection {
    /// The statistics of all domains that match, in one call. Source: `virConnectGetAllDomainStats`.
    public func allDomainStats(
        _ kinds: StatsKinds = .all,
        of filter: DomainFilter = [],
        _ options: StatsOptions = []
    ) async throws -> [DomainStats] {
        let flags = filter.rawValue | options.rawValue
        return try await reading("virConnectGetAllDomainStats") {
            try unsafe readStats("virConnectGetAllDomainStats") {
                unsafe virConnectGetAllDomainStats(pointer, kinds.rawValue, $0, flags)
            }
        }
    }

    /// The statistics of these domains, in one call; domains that are gone are left out.
    /// Source: `virDomainListGetStats`.
    public func stats(
        of domains: [Domain],
        _ kinds: StatsKinds = .all,
        _ options: StatsOptions = []
    ) async throws -> [DomainStats] {
        guard !domains.isEmpty else { return [] }
        return try await reading("virDomainListGetStats") {
            var pointers = unsafe domains.map { unsafe Optional($0.pointer) } + [nil]
            return try withExtendedLifetime(domains) {
                try unsafe readStats("virDomainListGetStats") {
                    unsafe virDomainListGetStats(&pointers, kinds.rawValue, $0, options.rawValue)
                }
            }
        }
    }
}

private typealias RecordList = UnsafeMutablePointer<virDomainStatsRecordPtr?>

private func readStats(
    _ call: String,
    _ body: (UnsafeMutablePointer<RecordList?>) -> Int32
) throws -> [DomainStats] {
    var list: RecordList?
    let count = try check(call, unsafe body(&list))
    defer { unsafe virDomainStatsRecordListFree(list) }
    return try unsafe UnsafeBufferPointer(start: list, count: Int(count)).compactMap { record in
        guard let record = unsafe record else { return nil }
        return try unsafe DomainStats(record.pointee)
    }
}

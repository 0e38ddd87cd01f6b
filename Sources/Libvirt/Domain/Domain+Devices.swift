internal import CLibvirt

extension Domain {
    /// What went through one network interface. Source: `virDomainInterfaceStats`.
    ///
    /// - Parameter device: the name of the host's side (`vnet0`) or the guest's MAC address.
    public func interfaceStats(_ device: String) async throws -> InterfaceStats {
        try checkArgument("virDomainInterfaceStats", device)
        return try await read("virDomainInterfaceStats") {
            var stats = virDomainInterfaceStatsStruct()
            let size = MemoryLayout<virDomainInterfaceStatsStruct>.size
            try check("virDomainInterfaceStats", unsafe virDomainInterfaceStats(pointer, device, &stats, size))
            return InterfaceStats(device, stats)
        }
    }

    /// The sizes of one disk. Source: `virDomainGetBlockInfo`.
    ///
    /// - Parameter disk: the guest's name of it (`vda`) or the path of its image.
    public func blockInfo(_ disk: String) async throws -> BlockInfo {
        try checkArgument("virDomainGetBlockInfo", disk)
        return try await read("virDomainGetBlockInfo") {
            var info = virDomainBlockInfo()
            try check("virDomainGetBlockInfo", unsafe virDomainGetBlockInfo(pointer, disk, &info, 0))
            return BlockInfo(capacity: info.capacity, allocation: info.allocation, physical: info.physical)
        }
    }

    /// The guest's network interfaces and their addresses. Source: `virDomainInterfaceAddresses`.
    public func interfaceAddresses(source: InterfaceAddressSource) async throws -> [InterfaceAddresses] {
        try await read("virDomainInterfaceAddresses") {
            var list: UnsafeMutablePointer<virDomainInterfacePtr?>?
            let count = try check(
                "virDomainInterfaceAddresses",
                unsafe virDomainInterfaceAddresses(pointer, &list, UInt32(source.rawValue), 0)
            )
            return try unsafe takeList(list, count: count) { interface in
                defer { unsafe virDomainInterfaceFree(interface) }
                return unsafe InterfaceAddresses(interface.pointee)
            }
        }
    }
}

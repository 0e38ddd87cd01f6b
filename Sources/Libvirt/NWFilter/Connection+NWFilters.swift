internal import CLibvirt
public import FoundationEssentials

extension Connection {
    /// Defines a filter, or changes the one with this name and UUID, in running domains at once.
    /// Source: `virNWFilterDefineXMLFlags`.
    ///
    /// - Parameter validate: checks the document against libvirt's schema first.
    public func defineNWFilter(xml: String, validate: Bool = true) async throws -> NWFilter {
        try checkArgument("virNWFilterDefineXMLFlags", xml)
        let flags = validate ? VIR_NWFILTER_DEFINE_VALIDATE.rawValue : 0
        return try await blocking("virNWFilterDefineXMLFlags") {
            try unsafe filter("virNWFilterDefineXMLFlags", virNWFilterDefineXMLFlags(pointer, xml, flags))
        }
    }

    /// Source: `virNWFilterLookupByName`.
    /// - Throws: ``LibvirtError`` with `noNWFilter` if there is none, with `noSupport` where the driver has no filters.
    public func nwFilter(named name: String) async throws -> NWFilter {
        try checkArgument("virNWFilterLookupByName", name)
        return try await reading("virNWFilterLookupByName") {
            try unsafe filter("virNWFilterLookupByName", virNWFilterLookupByName(pointer, name))
        }
    }

    /// Source: `virNWFilterLookupByUUID`.
    /// - Throws: ``LibvirtError`` with `noNWFilter` if there is none, with `noSupport` where the driver has no filters.
    public func nwFilter(uuid: UUID) async throws -> NWFilter {
        try await reading("virNWFilterLookupByUUID") {
            let found = unsafe withUUIDBytes(uuid) { unsafe virNWFilterLookupByUUID(pointer, $0) }
            return try unsafe filter("virNWFilterLookupByUUID", found)
        }
    }

    /// Source: `virConnectListAllNWFilters`.
    public func nwFilters() async throws -> [NWFilter] {
        try await reading("virConnectListAllNWFilters") {
            var list: UnsafeMutablePointer<virNWFilterPtr?>?
            let count = try check(
                "virConnectListAllNWFilters",
                unsafe virConnectListAllNWFilters(pointer, &list, 0)
            )
            return try unsafe takeList(list, count: count) { try unsafe NWFilter(owning: $0, of: handle) }
        }
    }

    private func filter(_ call: String, _ pointer: virNWFilterPtr?) throws(LibvirtError) -> NWFilter {
        try unsafe NWFilter(owning: check(call, pointer), of: handle)
    }
}

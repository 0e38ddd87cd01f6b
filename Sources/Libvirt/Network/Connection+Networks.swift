internal import CLibvirt
public import FoundationEssentials

extension Connection {
    /// Defines a persistent network, or changes the definition of the one with this name and UUID; does not start it.
    /// Source: `virNetworkDefineXMLFlags`.
    ///
    /// - Parameter validate: checks the document against libvirt's schema first.
    public func defineNetwork(xml: String, validate: Bool = true) async throws -> Network {
        try checkArgument("virNetworkDefineXMLFlags", xml)
        let flags = validate ? VIR_NETWORK_DEFINE_VALIDATE.rawValue : 0
        return try await blocking("virNetworkDefineXMLFlags") {
            try unsafe network("virNetworkDefineXMLFlags", virNetworkDefineXMLFlags(pointer, xml, flags))
        }
    }

    /// Makes and starts a network that is gone when it is destroyed. Source: `virNetworkCreateXMLFlags`.
    ///
    /// - Parameter validate: checks the document against libvirt's schema first.
    public func createNetwork(xml: String, validate: Bool = true) async throws -> Network {
        try checkArgument("virNetworkCreateXMLFlags", xml)
        let flags = validate ? VIR_NETWORK_CREATE_VALIDATE.rawValue : 0
        return try await blocking("virNetworkCreateXMLFlags") {
            try unsafe network("virNetworkCreateXMLFlags", virNetworkCreateXMLFlags(pointer, xml, flags))
        }
    }

    /// Source: `virNetworkLookupByName`.
    /// - Throws: ``LibvirtError`` with `noNetwork` if there is none.
    public func network(named name: String) async throws -> Network {
        try checkArgument("virNetworkLookupByName", name)
        return try await reading("virNetworkLookupByName") {
            try unsafe network("virNetworkLookupByName", virNetworkLookupByName(pointer, name))
        }
    }

    /// Source: `virNetworkLookupByUUID`.
    /// - Throws: ``LibvirtError`` with `noNetwork` if there is none.
    public func network(uuid: UUID) async throws -> Network {
        try await reading("virNetworkLookupByUUID") {
            let found = unsafe withUUIDBytes(uuid) { unsafe virNetworkLookupByUUID(pointer, $0) }
            return try unsafe network("virNetworkLookupByUUID", found)
        }
    }

    /// All networks that match; an empty filter matches all. Source: `virConnectListAllNetworks`.
    public func networks(_ filter: NetworkFilter = []) async throws -> [Network] {
        try await reading("virConnectListAllNetworks") {
            var list: UnsafeMutablePointer<virNetworkPtr?>?
            let count = try check(
                "virConnectListAllNetworks",
                unsafe virConnectListAllNetworks(pointer, &list, filter.rawValue)
            )
            return try unsafe takeList(list, count: count) { try unsafe Network(owning: $0, of: handle) }
        }
    }

    private func network(_ call: String, _ pointer: virNetworkPtr?) throws(LibvirtError) -> Network {
        try unsafe Network(owning: check(call, pointer), of: handle)
    }
}

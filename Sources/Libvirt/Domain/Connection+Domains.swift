internal import CLibvirt
public import FoundationEssentials

extension Connection {
    /// Defines a persistent domain, or changes the definition of the one with this name and UUID.
    /// Source: `virDomainDefineXMLFlags`.
    ///
    /// - Parameter validate: checks the document against libvirt's schema first.
    /// - Throws: ``LibvirtError``: `xmlDetail` or `xmlError` for XML that cannot be read, `xmlInvalidSchema`,
    ///   `configUnsupported`; `operationFailed` or `domainExists` where name or UUID belong to another domain.
    public func defineDomain(xml: String, validate: Bool = true) async throws -> Domain {
        try checkArgument("virDomainDefineXMLFlags", xml)
        let flags = validate ? VIR_DOMAIN_DEFINE_VALIDATE.rawValue : 0
        return try await blocking("virDomainDefineXMLFlags") {
            try unsafe domain("virDomainDefineXMLFlags", virDomainDefineXMLFlags(pointer, xml, flags))
        }
    }

    /// Source: `virDomainLookupByName`.
    /// - Throws: ``LibvirtError`` with `noDomain` if there is none.
    public func domain(named name: String) async throws -> Domain {
        try checkArgument("virDomainLookupByName", name)
        return try await reading("virDomainLookupByName") {
            try unsafe domain("virDomainLookupByName", virDomainLookupByName(pointer, name))
        }
    }

    /// Source: `virDomainLookupByUUID`.
    /// - Throws: ``LibvirtError`` with `noDomain` if there is none.
    public func domain(uuid: UUID) async throws -> Domain {
        try await reading("virDomainLookupByUUID") {
            let found = unsafe withUUIDBytes(uuid) { unsafe virDomainLookupByUUID(pointer, $0) }
            return try unsafe domain("virDomainLookupByUUID", found)
        }
    }

    /// All domains that match; an empty filter matches all. Source: `virConnectListAllDomains`.
    public func domains(_ filter: DomainFilter = []) async throws -> [Domain] {
        try await reading("virConnectListAllDomains") {
            var list: UnsafeMutablePointer<virDomainPtr?>?
            let count = try check(
                "virConnectListAllDomains",
                unsafe virConnectListAllDomains(pointer, &list, filter.rawValue)
            )
            return try unsafe takeList(list, count: count) { try unsafe Domain(owning: $0, of: handle) }
        }
    }

    private func domain(_ call: String, _ pointer: virDomainPtr?) throws(LibvirtError) -> Domain {
        try unsafe Domain(owning: check(call, pointer), of: handle)
    }
}

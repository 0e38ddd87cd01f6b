internal import CLibvirt

extension Domain {
    /// The element of this namespace under `<metadata>`; nil if there is none. Source: `virDomainGetMetadata`.
    public func metadata(namespace: String, _ impact: ModificationImpact = .current) async throws -> String? {
        try checkArgument("virDomainGetMetadata", namespace)
        do {
            return try await read("virDomainGetMetadata") {
                try unsafe checkString(
                    "virDomainGetMetadata",
                    virDomainGetMetadata(
                        pointer, Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue), namespace, impact.rawValue)
                )
            }
        } catch let error as LibvirtError where error.code == .noDomainMetadata {
            return nil
        }
    }

    /// Sets the element of this namespace under `<metadata>`. Source: `virDomainSetMetadata`.
    ///
    /// - Parameters:
    ///   - xml: one element without a prefix; nil removes the one that is there.
    ///   - prefix: the prefix that libvirt gives the element.
    public func setMetadata(
        _ xml: String?,
        prefix: String,
        namespace: String,
        _ impact: ModificationImpact = .current
    ) async throws {
        try checkArgument("virDomainSetMetadata", xml, prefix, namespace)
        let kind = Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue)
        try await change("virDomainSetMetadata") {
            unsafe virDomainSetMetadata(pointer, kind, xml, prefix, namespace, impact.rawValue)
        }
    }
}

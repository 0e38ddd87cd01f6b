internal import CLibvirt

extension Domain {
    /// Source: `virDomainGetState`.
    public func state() async throws -> DomainState {
        try await read("virDomainGetState") {
            var state: Int32 = 0
            var reason: Int32 = 0
            try check("virDomainGetState", unsafe virDomainGetState(pointer, &state, &reason, 0))
            return DomainState(state: state, reason: reason)
        }
    }

    /// Whether there is a virtual machine now, running or not. Source: `virDomainIsActive`.
    public func isActive() async throws -> Bool {
        try await readStatus("virDomainIsActive") { unsafe virDomainIsActive(pointer) } == 1
    }

    /// Whether the domain has a definition that outlives its run. Source: `virDomainIsPersistent`.
    public func isPersistent() async throws -> Bool {
        try await readStatus("virDomainIsPersistent") { unsafe virDomainIsPersistent(pointer) } == 1
    }

    /// Source: `virDomainGetInfo`.
    public func info() async throws -> DomainInfo {
        try await read("virDomainGetInfo") {
            var info = virDomainInfo()
            try check("virDomainGetInfo", unsafe virDomainGetInfo(pointer, &info))
            return DomainInfo(info)
        }
    }

    /// The domain's description. Source: `virDomainGetXMLDesc`.
    public func xml(_ flags: XMLFlags = []) async throws -> String {
        try await read("virDomainGetXMLDesc") {
            try unsafe checkString("virDomainGetXMLDesc", virDomainGetXMLDesc(pointer, flags.rawValue))
        }
    }
}

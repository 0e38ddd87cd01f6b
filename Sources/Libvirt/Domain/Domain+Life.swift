internal import CLibvirt

extension Domain {
    /// Starts a defined domain. Source: `virDomainCreateWithFlags`.
    ///
    /// - Parameter paused: the guest does not run before ``resume()``.
    /// - Throws: ``LibvirtError`` with `operationInvalid` if the domain is active already.
    public func start(paused: Bool = false) async throws {
        let flags = paused ? VIR_DOMAIN_START_PAUSED.rawValue : 0
        try await change("virDomainCreateWithFlags") { unsafe virDomainCreateWithFlags(pointer, flags) }
    }

    /// Stops the guest's processors; its memory stays. Source: `virDomainSuspend`.
    public func suspend() async throws {
        try await change("virDomainSuspend") { unsafe virDomainSuspend(pointer) }
    }

    /// Source: `virDomainResume`.
    public func resume() async throws {
        try await change("virDomainResume") { unsafe virDomainResume(pointer) }
    }

    /// Asks the guest to shut itself down, and does not wait for it. Source: `virDomainShutdownFlags`.
    ///
    /// - Parameter ways: an empty set leaves the choice to the hypervisor.
    public func shutdown(_ ways: ShutdownWays = []) async throws {
        try await change("virDomainShutdownFlags") { unsafe virDomainShutdownFlags(pointer, ways.rawValue) }
    }

    /// Asks the guest to reboot, and does not wait for it. Source: `virDomainReboot`.
    public func reboot(_ ways: ShutdownWays = []) async throws {
        try await change("virDomainReboot") { unsafe virDomainReboot(pointer, ways.rawValue) }
    }

    /// Pushes the reset button. Source: `virDomainReset`.
    public func reset() async throws {
        try await change("virDomainReset") { unsafe virDomainReset(pointer, 0) }
    }

    /// Pulls the plug. Source: `virDomainDestroyFlags`.
    ///
    /// - Parameter gracefully: fails, instead of killing the hypervisor's process, if that does not end when asked to.
    /// - Throws: ``LibvirtError`` with `operationInvalid` if the domain is not active.
    public func destroy(gracefully: Bool = false) async throws {
        let flags = gracefully ? VIR_DOMAIN_DESTROY_GRACEFUL.rawValue : 0
        try await change("virDomainDestroyFlags") { unsafe virDomainDestroyFlags(pointer, flags) }
    }

    /// Removes the definition; an active domain becomes transient. Source: `virDomainUndefineFlags`.
    ///
    /// - Throws: ``LibvirtError`` with `operationInvalid` if there is a saved state, snapshot, checkpoint or firmware
    ///   memory and the flags do not say what to do with it.
    public func undefine(_ flags: UndefineFlags = []) async throws {
        try await change("virDomainUndefineFlags") { unsafe virDomainUndefineFlags(pointer, flags.rawValue) }
    }
}

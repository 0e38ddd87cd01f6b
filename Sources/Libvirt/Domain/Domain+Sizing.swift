internal import CLibvirt

extension Domain {
    /// Sets the memory that a domain may use, up to its maximum. Source: `virDomainSetMemoryFlags`.
    ///
    /// A running guest follows within seconds, or never if it has no balloon driver.
    public func setMemory(_ memory: Kibibytes, _ impact: ModificationImpact = .current) async throws {
        try await setMemory(memory, flags: impact.rawValue)
    }

    /// Sets the most memory that ``setMemory(_:_:)`` can give. Few hypervisors can while the domain runs.
    /// Source: `virDomainSetMemoryFlags`.
    public func setMaximumMemory(_ memory: Kibibytes, _ impact: ModificationImpact = .current) async throws {
        try await setMemory(memory, flags: impact.rawValue | VIR_DOMAIN_MEM_MAXIMUM.rawValue)
    }

    private func setMemory(_ memory: Kibibytes, flags: UInt32) async throws {
        let kibibytes = UInt(clamping: memory.rawValue)
        try await change("virDomainSetMemoryFlags") { unsafe virDomainSetMemoryFlags(pointer, kibibytes, flags) }
    }

    /// Source: `virDomainGetMemoryParameters`.
    public func memoryParameters(_ impact: ModificationImpact = .current) async throws -> MemoryParameters {
        try await read("virDomainGetMemoryParameters") {
            MemoryParameters(
                try unsafe .read("virDomainGetMemoryParameters") {
                    unsafe virDomainGetMemoryParameters(pointer, $0, $1, impact.rawValue)
                }
            )
        }
    }

    /// Source: `virDomainSetMemoryParameters`.
    public func setMemoryParameters(
        _ memory: MemoryParameters,
        _ impact: ModificationImpact = .current
    ) async throws {
        try await connection.blocking("virDomainSetMemoryParameters") {
            try unsafe memory.parameters.withC { parameters, count throws(LibvirtError) in
                let status = unsafe virDomainSetMemoryParameters(pointer, parameters, count, impact.rawValue)
                try check("virDomainSetMemoryParameters", status)
            }
        }
    }

    /// Source: `virDomainGetSchedulerParametersFlags`.
    public func schedulerParameters(_ impact: ModificationImpact = .current) async throws -> SchedulerParameters {
        try await read("virDomainGetSchedulerParametersFlags") {
            var count: Int32 = 0
            // Also the name of the scheduler, which its parameters tell.
            _ = try unsafe checkString("virDomainGetSchedulerType", virDomainGetSchedulerType(pointer, &count))
            return SchedulerParameters(
                try unsafe .read("virDomainGetSchedulerParametersFlags", capacity: count) {
                    unsafe virDomainGetSchedulerParametersFlags(pointer, $0, $1, impact.rawValue)
                }
            )
        }
    }

    /// Source: `virDomainSetSchedulerParametersFlags`.
    public func setSchedulerParameters(
        _ scheduler: SchedulerParameters,
        _ impact: ModificationImpact = .current
    ) async throws {
        try await connection.blocking("virDomainSetSchedulerParametersFlags") {
            try unsafe scheduler.parameters.withC { parameters, count throws(LibvirtError) in
                let status = unsafe virDomainSetSchedulerParametersFlags(
                    pointer, parameters, count, impact.rawValue
                )
                try check("virDomainSetSchedulerParametersFlags", status)
            }
        }
    }
}

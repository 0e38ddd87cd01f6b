internal import CLibvirt

extension Connection {
    /// The address this connection was opened with, as libvirt completed it. Source: `virConnectGetURI`.
    public func uri() async throws -> String {
        try await unsafe readString("virConnectGetURI") { unsafe virConnectGetURI(pointer) }
    }

    /// The host's name, as its hypervisor knows it. Source: `virConnectGetHostname`.
    public func hostname() async throws -> String {
        try await unsafe readString("virConnectGetHostname") { unsafe virConnectGetHostname(pointer) }
    }

    /// The version of libvirt at the other end, of its daemon if there is one. Source: `virConnectGetLibVersion`.
    public func daemonVersion() async throws -> LibvirtVersion {
        try await reading("virConnectGetLibVersion") {
            var number: UInt = 0
            try check("virConnectGetLibVersion", unsafe virConnectGetLibVersion(pointer, &number))
            return LibvirtVersion(rawValue: number)
        }
    }

    /// The version of the hypervisor itself, such as QEMU's. Source: `virConnectGetVersion`.
    public func hypervisorVersion() async throws -> LibvirtVersion {
        try await reading("virConnectGetVersion") {
            var number: UInt = 0
            try check("virConnectGetVersion", unsafe virConnectGetVersion(pointer, &number))
            return LibvirtVersion(rawValue: number)
        }
    }

    /// What the host and its hypervisor can do, as XML. Source: `virConnectGetCapabilities`.
    public func capabilities() async throws -> String {
        try await unsafe readString("virConnectGetCapabilities") { unsafe virConnectGetCapabilities(pointer) }
    }

    /// What a domain on this host can be made of, as XML. Source: `virConnectGetDomainCapabilities`.
    ///
    /// - Parameters: nil takes the hypervisor's default.
    ///   - emulator: path of the emulator's program.
    ///   - architecture: such as `x86_64`.
    ///   - machine: such as `q35`.
    ///   - virtType: such as `kvm` or `qemu`.
    public func domainCapabilities(
        emulator: String? = nil,
        architecture: String? = nil,
        machine: String? = nil,
        virtType: String? = nil
    ) async throws -> String {
        try checkArgument("virConnectGetDomainCapabilities", emulator, architecture, machine, virtType)
        return try await unsafe readString("virConnectGetDomainCapabilities") {
            unsafe virConnectGetDomainCapabilities(pointer, emulator, architecture, machine, virtType, 0)
        }
    }

    /// The host's processors and memory. Source: `virNodeGetInfo`.
    public func nodeInfo() async throws -> NodeInfo {
        try await reading("virNodeGetInfo") {
            var info = virNodeInfo()
            try check("virNodeGetInfo", unsafe virNodeGetInfo(pointer, &info))
            return NodeInfo(info)
        }
    }

    /// The host's free memory. Source: `virNodeGetFreeMemory`.
    public func freeMemory() async throws -> Kibibytes {
        try await reading("virNodeGetFreeMemory") {
            let bytes = unsafe virNodeGetFreeMemory(pointer)
            guard bytes > 0 else { throw LibvirtError.last(call: "virNodeGetFreeMemory") }
            return Kibibytes(bytes: bytes)
        }
    }
}

extension Connection {
    func readString(
        _ call: String,
        _ body: @escaping @Sendable () -> UnsafeMutablePointer<CChar>?
    ) async throws -> String {
        try await reading(call) { try unsafe checkString(call, body()) }
    }
}

internal import CLibvirt
public import FoundationEssentials

/// A virtual network, or the definition of one. Source: `virNetworkPtr`.
public struct Network: Sendable {
    let handle: NetworkHandle
    public let name: String
    public let uuid: UUID

    /// Takes over the reference. Call it in a call of the connection.
    init(owning pointer: virNetworkPtr, of connection: ConnectionHandle) throws(LibvirtError) {
        let handle = unsafe NetworkHandle(owning: pointer, of: connection)
        name = try unsafe readName("virNetworkGetName", virNetworkGetName(pointer))
        uuid = try unsafe readUUID("virNetworkGetUUID") { unsafe virNetworkGetUUID(pointer, $0) }
        self.handle = handle
    }

    public var connection: Connection { Connection(handle: handle.connection) }
}

extension Network: CustomStringConvertible {
    public var description: String { "\(name) (\(uuid))" }
}

extension Network {
    /// Source: `virNetworkIsActive`.
    public func isActive() async throws -> Bool {
        try await readStatus("virNetworkIsActive") { unsafe virNetworkIsActive(pointer) } == 1
    }

    /// Source: `virNetworkIsPersistent`.
    public func isPersistent() async throws -> Bool {
        try await readStatus("virNetworkIsPersistent") { unsafe virNetworkIsPersistent(pointer) } == 1
    }

    /// The name of the host's bridge, such as `virbr0`. Source: `virNetworkGetBridgeName`.
    ///
    /// - Throws: ``LibvirtError`` with `internalError` if the network has none.
    public func bridgeName() async throws -> String {
        try await connection.reading("virNetworkGetBridgeName") {
            try unsafe checkString("virNetworkGetBridgeName", virNetworkGetBridgeName(pointer))
        }
    }

    /// The network's description. Source: `virNetworkGetXMLDesc`.
    ///
    /// - Parameter inactive: the definition that the next start uses, even of an active network.
    public func xml(inactive: Bool = false) async throws -> String {
        let flags = inactive ? VIR_NETWORK_XML_INACTIVE.rawValue : 0
        return try await connection.reading("virNetworkGetXMLDesc") {
            try unsafe checkString("virNetworkGetXMLDesc", virNetworkGetXMLDesc(pointer, flags))
        }
    }

    /// Starts a defined network. Source: `virNetworkCreate`.
    public func create() async throws {
        try await change("virNetworkCreate") { unsafe virNetworkCreate(pointer) }
    }

    /// Stops the network; its definition stays if it has one. Source: `virNetworkDestroy`.
    public func destroy() async throws {
        try await change("virNetworkDestroy") { unsafe virNetworkDestroy(pointer) }
    }

    /// Removes the definition. Source: `virNetworkUndefine`.
    public func undefine() async throws {
        try await change("virNetworkUndefine") { unsafe virNetworkUndefine(pointer) }
    }

    /// Whether the network starts with libvirt's daemon. Source: `virNetworkGetAutostart`.
    public func autostarts() async throws -> Bool {
        try await connection.reading("virNetworkGetAutostart") {
            var autostarts: Int32 = 0
            try check("virNetworkGetAutostart", unsafe virNetworkGetAutostart(pointer, &autostarts))
            return autostarts != 0
        }
    }

    /// Source: `virNetworkSetAutostart`.
    public func setAutostart(_ autostarts: Bool) async throws {
        try await change("virNetworkSetAutostart") { unsafe virNetworkSetAutostart(pointer, autostarts ? 1 : 0) }
    }

    /// Changes a part of the network. Source: `virNetworkUpdate`.
    public func update(_ update: NetworkUpdate, _ impact: ModificationImpact = .current) async throws {
        try checkArgument("virNetworkUpdate", update.xml)
        let command = UInt32(bitPattern: update.command.rawValue)
        let section = UInt32(bitPattern: update.section.rawValue)
        let parent = update.parentIndex.map { Int32(clamping: $0) } ?? -1
        try await change("virNetworkUpdate") {
            unsafe virNetworkUpdate(pointer, command, section, parent, update.xml, impact.rawValue)
        }
    }
}

extension Network {
    var pointer: virNetworkPtr { unsafe handle.pointer }

    private func change(_ call: String, _ body: @escaping @Sendable () -> Int32) async throws {
        _ = try await connection.blocking(call) { try check(call, body()) }
    }

    private func readStatus(_ call: String, _ body: @escaping @Sendable () -> Int32) async throws -> Int32 {
        try await connection.reading(call) { try check(call, body()) }
    }
}

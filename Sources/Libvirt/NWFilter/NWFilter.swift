internal import CLibvirt
public import FoundationEssentials

/// A set of rules for the traffic of domains' network interfaces. Source: `virNWFilterPtr`.
public struct NWFilter: Sendable {
    let handle: NWFilterHandle
    public let name: String
    public let uuid: UUID

    /// Takes over the reference. Call it in a call of the connection.
    init(owning pointer: virNWFilterPtr, of connection: ConnectionHandle) throws(LibvirtError) {
        let handle = unsafe NWFilterHandle(owning: pointer, of: connection)
        name = try unsafe readName("virNWFilterGetName", virNWFilterGetName(pointer))
        uuid = try unsafe readUUID("virNWFilterGetUUID") { unsafe virNWFilterGetUUID(pointer, $0) }
        self.handle = handle
    }

    public var connection: Connection { Connection(handle: handle.connection) }

    /// Source: `virNWFilterGetXMLDesc`.
    public func xml() async throws -> String {
        try await connection.reading("virNWFilterGetXMLDesc") {
            try unsafe checkString("virNWFilterGetXMLDesc", virNWFilterGetXMLDesc(handle.pointer, 0))
        }
    }

    /// Source: `virNWFilterUndefine`.
    ///
    /// - Throws: ``LibvirtError`` with `operationInvalid` while a running domain or another filter uses it.
    public func undefine() async throws {
        try await connection.blocking("virNWFilterUndefine") {
            _ = try check("virNWFilterUndefine", unsafe virNWFilterUndefine(handle.pointer))
        }
    }
}

extension NWFilter: CustomStringConvertible {
    public var description: String { "\(name) (\(uuid))" }
}

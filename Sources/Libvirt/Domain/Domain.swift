internal import CLibvirt
public import FoundationEssentials

/// A virtual machine, or the definition of one. Source: `virDomainPtr`.
public struct Domain: Sendable {
    let handle: DomainHandle
    /// The name at the time of the look-up.
    public let name: String
    public let uuid: UUID

    /// Takes over the reference. Call it in a call of the connection.
    init(owning pointer: virDomainPtr, of connection: ConnectionHandle) throws(LibvirtError) {
        let handle = unsafe DomainHandle(owning: pointer, of: connection)
        name = try unsafe readName("virDomainGetName", virDomainGetName(pointer))
        uuid = try unsafe readUUID("virDomainGetUUID") { unsafe virDomainGetUUID(pointer, $0) }
        self.handle = handle
    }

    public var connection: Connection { Connection(handle: handle.connection) }

    /// The number of a running domain, as of its look-up or start through this object; nil if it was off.
    /// Source: `virDomainGetID`.
    public var id: Int? {
        let id = unsafe virDomainGetID(handle.pointer)
        return id == .max ? nil : Int(id)
    }
}

extension Domain: CustomStringConvertible {
    public var description: String { "\(name) (\(uuid))" }
}

extension Domain {
    var pointer: virDomainPtr { unsafe handle.pointer }

    /// Makes a call that changes something and returns a status.
    @discardableResult
    func change(_ call: String, _ body: @escaping @Sendable () -> Int32) async throws -> Int32 {
        try await connection.blocking(call) { try check(call, body()) }
    }

    /// Makes a call that reads something.
    func read<Value: Sendable>(
        _ call: String,
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await connection.reading(call, body)
    }

    func readStatus(_ call: String, _ body: @escaping @Sendable () -> Int32) async throws -> Int32 {
        try await read(call) { try check(call, body()) }
    }
}

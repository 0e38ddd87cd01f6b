internal import CLibvirt

/// Owns one reference to a `virDomain` and gives it back in `deinit`. Keeps its connection.
///
/// `@unchecked Sendable`: libvirt locks its objects itself, so any thread may use them.
@safe final class DomainHandle: @unchecked Sendable {
    let pointer: virDomainPtr
    let connection: ConnectionHandle

    /// Call it in a call of the connection, which keeps the connection open meanwhile.
    init(owning pointer: virDomainPtr, of connection: ConnectionHandle) {
        unsafe self.pointer = pointer
        self.connection = connection
        connection.addUser()
    }

    deinit {
        _ = unsafe virDomainFree(pointer)
        connection.giveBack()
    }
}

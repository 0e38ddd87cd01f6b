internal import CLibvirt

/// Owns one reference to a `virNWFilter` and gives it back in `deinit`. Keeps its connection.
///
/// `@unchecked Sendable`: libvirt locks its objects itself, so any thread may use them.
@safe final class NWFilterHandle: @unchecked Sendable {
    let pointer: virNWFilterPtr
    let connection: ConnectionHandle

    /// Call it in a call of the connection, which keeps the connection open meanwhile.
    init(owning pointer: virNWFilterPtr, of connection: ConnectionHandle) {
        unsafe self.pointer = pointer
        self.connection = connection
        connection.addUser()
    }

    deinit {
        _ = unsafe virNWFilterFree(pointer)
        connection.giveBack()
    }
}

internal import CLibvirt

/// A `virConnect` as it was opened, and its close callback.
///
/// `@unchecked Sendable`: libvirt locks its objects itself, so any thread may use them.
@safe final class ConnectionReference: @unchecked Sendable {
    let pointer: virConnectPtr
    let end = ConnectionEnd()
    private let endID: Int

    /// Blocks until the hypervisor answers. Source: `virConnectOpenAuth`.
    static func open(_ uri: String?, readOnly: Bool) throws(LibvirtError) -> ConnectionReference {
        let flags = readOnly ? VIR_CONNECT_RO.rawValue : 0
        // No authentication callbacks: libvirt's own would ask for passwords on the terminal.
        return unsafe ConnectionReference(
            owning: try check("virConnectOpenAuth", virConnectOpenAuth(uri, nil, flags))
        )
    }

    /// Source: `virConnectRegisterCloseCallback`. Drivers that cannot lose a connection ignore it.
    private init(owning pointer: virConnectPtr) {
        unsafe self.pointer = pointer
        endID = ConnectionEnds.add(end)
        let box = unsafe UnsafeMutableRawPointer(bitPattern: endID)
        _ = unsafe virConnectRegisterCloseCallback(pointer, connectionClosed, box, nil)
    }

    /// Source: `virConnectClose`. Call it once, where nothing uses the pointer any more.
    func giveBack() {
        _ = unsafe virConnectUnregisterCloseCallback(pointer, connectionClosed)
        ConnectionEnds.remove(endID)
        _ = unsafe virConnectClose(pointer)
    }
}

private let connectionClosed: virConnectCloseFunc = { _, reason, box in
    ConnectionEnds.find(Int(bitPattern: box))?.end(CloseReason(rawValue: reason))
}

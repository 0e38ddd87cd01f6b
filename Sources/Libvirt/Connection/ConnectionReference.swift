internal import CLibvirt

/// A `virConnect` as it was opened, and its close callback.
///
/// `@unchecked Sendable`: libvirt locks its objects itself, so any thread may use them.
@safe final class ConnectionReference: @unchecked Sendable {
    let pointer: virConnectPtr
    let end = ConnectionEnd()
    private let watchesEnd: Bool

    /// Blocks until the hypervisor answers. Source: `virConnectOpenAuth`.
    init(opening uri: String?, readOnly: Bool) throws(LibvirtError) {
        let flags = readOnly ? VIR_CONNECT_RO.rawValue : 0
        // No authentication callbacks: libvirt's own would ask for passwords on the terminal.
        unsafe pointer = try check("virConnectOpenAuth", virConnectOpenAuth(uri, nil, flags))
        watchesEnd = unsafe Self.watch(pointer, end)
    }

    /// Source: `virConnectClose`. Call it once, where nothing uses the pointer any more.
    func giveBack() {
        if watchesEnd { _ = unsafe virConnectUnregisterCloseCallback(pointer, connectionClosed) }
        _ = unsafe virConnectClose(pointer)
    }

    /// Source: `virConnectRegisterCloseCallback`, which some drivers lack. Their connections cannot be lost.
    private static func watch(_ pointer: virConnectPtr, _ end: ConnectionEnd) -> Bool {
        let box = unsafe Unmanaged.passRetained(end).toOpaque()
        let status = unsafe virConnectRegisterCloseCallback(pointer, connectionClosed, box, releaseConnectionEnd)
        if status < 0 { unsafe releaseConnectionEnd(box) }
        return status >= 0
    }
}

private let connectionClosed: virConnectCloseFunc = { _, reason, box in
    guard let box = unsafe box else { return }
    unsafe Unmanaged<ConnectionEnd>.fromOpaque(box).takeUnretainedValue().end(CloseReason(rawValue: reason))
}

private let releaseConnectionEnd: @convention(c) (UnsafeMutableRawPointer?) -> Void = { box in
    guard let box = unsafe box else { return }
    unsafe Unmanaged<ConnectionEnd>.fromOpaque(box).release()
}

internal import CLibvirt

/// The callbacks that libvirt holds for one stream of domain events.
final class DomainEventSubscription: Sendable {
    private let connection: ConnectionHandle
    private let callbacks: [Int32]

    /// Registers a callback for each kind. Call it in a call of the connection. Source:
    /// `virConnectDomainEventRegisterAny`.
    init(
        _ kinds: Set<DomainEvent.Kind>,
        of domain: Domain?,
        to receiver: DomainEventReceiver,
        on connection: ConnectionHandle
    ) throws(LibvirtError) {
        var callbacks: [Int32] = []
        do {
            for kind in kinds {
                callbacks.append(try register(kind, domain, receiver, connection))
            }
        } catch {
            deregister(callbacks, connection)
            throw error
        }
        self.connection = connection
        self.callbacks = callbacks
        connection.addUser()
    }

    /// Ends it on a thread of the connection; libvirt then lets go of the receiver. Call it once.
    func cancel() {
        connection.threads.submit { [connection, callbacks] in
            deregister(callbacks, connection)
            connection.giveBack()
        }
    }
}

private func register(
    _ kind: DomainEvent.Kind,
    _ domain: Domain?,
    _ receiver: DomainEventReceiver,
    _ connection: ConnectionHandle
) throws(LibvirtError) -> Int32 {
    let box = unsafe Unmanaged.passRetained(receiver).toOpaque()
    let id = unsafe virConnectDomainEventRegisterAny(
        connection.pointer, domain?.pointer, kind.rawValue, kind.callback, box, releaseReceiver
    )
    do {
        return try check("virConnectDomainEventRegisterAny", id)
    } catch {
        // libvirt itself releases the box of a callback that it took, and only that.
        unsafe releaseReceiver(box)
        throw error
    }
}

/// Source: `virConnectDomainEventDeregisterAny`. An error means that the connection, and the callback with it, is gone.
private func deregister(_ callbacks: [Int32], _ connection: ConnectionHandle) {
    for id in callbacks {
        _ = unsafe virConnectDomainEventDeregisterAny(connection.pointer, id)
    }
}

private let releaseReceiver: virFreeCallback = { box in
    guard let box = unsafe box else { return }
    unsafe Unmanaged<DomainEventReceiver>.fromOpaque(box).release()
}

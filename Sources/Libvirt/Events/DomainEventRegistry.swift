internal import CLibvirt
internal import Synchronization

/// The callbacks for domain events that libvirt holds for a connection.
///
/// libvirt takes a function once per connection and kind of event. So the streams of a connection share one callback
/// per kind, registered for the first and deregistered with the last of them.
final class DomainEventRegistry: Sendable {
    private struct Callback {
        let id: Int32
        var users = 1
    }

    let receiver = DomainEventReceiver()
    /// Locked during calls of libvirt, and only on the connection's own threads.
    private let callbacks = Mutex<[DomainEvent.Kind: Callback]>([:])

    /// Call it in a call of the connection. Source: `virConnectDomainEventRegisterAny`.
    func register(_ kinds: Set<DomainEvent.Kind>, on connection: ConnectionHandle) throws(LibvirtError) {
        var registered: Set<DomainEvent.Kind> = []
        do {
            for kind in kinds {
                try register(kind, on: connection)
                registered.insert(kind)
            }
        } catch {
            deregister(registered, on: connection)
            throw error
        }
    }

    /// Call it on a thread of the connection, once for what was registered. Source:
    /// `virConnectDomainEventDeregisterAny`; an error means that the connection, and the callback with it, is gone.
    func deregister(_ kinds: Set<DomainEvent.Kind>, on connection: ConnectionHandle) {
        callbacks.withLock { callbacks in
            for kind in kinds {
                callbacks[kind]?.users -= 1
                guard let callback = callbacks[kind], callback.users == 0 else { continue }
                callbacks[kind] = nil
                _ = unsafe virConnectDomainEventDeregisterAny(connection.pointer, callback.id)
            }
        }
    }

    private func register(_ kind: DomainEvent.Kind, on connection: ConnectionHandle) throws(LibvirtError) {
        try callbacks.withLock { callbacks throws(LibvirtError) in
            if callbacks[kind] != nil {
                callbacks[kind]?.users += 1
            } else {
                callbacks[kind] = Callback(id: try newCallback(kind, connection))
            }
        }
    }

    private func newCallback(_ kind: DomainEvent.Kind, _ connection: ConnectionHandle) throws(LibvirtError) -> Int32 {
        let box = unsafe Unmanaged.passRetained(receiver).toOpaque()
        let id = unsafe virConnectDomainEventRegisterAny(
            connection.pointer, nil, kind.rawValue, kind.callback, box, releaseReceiver
        )
        do {
            return try check("virConnectDomainEventRegisterAny", id)
        } catch {
            // libvirt itself releases the box of a callback that it took, and only that.
            unsafe releaseReceiver(box)
            throw error
        }
    }
}

private let releaseReceiver: virFreeCallback = { box in
    guard let box = unsafe box else { return }
    unsafe Unmanaged<DomainEventReceiver>.fromOpaque(box).release()
}

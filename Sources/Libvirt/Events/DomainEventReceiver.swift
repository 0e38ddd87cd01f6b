internal import CLibvirt
internal import FoundationEssentials
internal import Synchronization

/// What C holds for the domain events of a connection: copies them out of callbacks and hands them to their streams.
final class DomainEventReceiver: Sendable {
    private struct Subscriber {
        let kinds: Set<DomainEvent.Kind>
        /// Nil for all.
        let domain: UUID?
        let continuation: AsyncStream<DomainEvent>.Continuation
        var sequence: UInt64 = 0

        func wants(_ kind: DomainEvent.Kind, of uuid: UUID) -> Bool {
            kinds.contains(kind) && (domain == nil || domain == uuid)
        }
    }

    private let subscribers = Mutex<[Int: Subscriber]>([:])

    func add(
        _ id: Int,
        _ kinds: Set<DomainEvent.Kind>,
        of domain: UUID?,
        to continuation: AsyncStream<DomainEvent>.Continuation
    ) {
        let subscriber = Subscriber(kinds: kinds, domain: domain, continuation: continuation)
        subscribers.withLock { $0[id] = subscriber }
    }

    func remove(_ id: Int) {
        // What it held may run code of its own when it goes: not under the lock.
        _ = subscribers.withLock { $0.removeValue(forKey: id) }
    }

    func receive(_ domain: virDomainPtr?, _ content: DomainEvent.Content) {
        guard
            let domain = unsafe domain,
            let name = try? unsafe readName("virDomainGetName", virDomainGetName(domain)),
            let uuid = try? unsafe readUUID("virDomainGetUUID", { unsafe virDomainGetUUID(domain, $0) })
        else { return }
        tell(content, of: uuid, name)
    }

    func tell(_ content: DomainEvent.Content, of uuid: UUID, _ name: String) {
        // A stream takes its task's lock, and a task that is cancelled holds that one while it ends its stream by `remove`:
        // none is told under our lock.
        let told = subscribers.withLock { subscribers in
            subscribers.filter { $0.value.wants(content.kind, of: uuid) }.map { id, subscriber in
                subscribers[id]?.sequence += 1
                let event = DomainEvent(sequence: subscriber.sequence, name: name, uuid: uuid, content: content)
                return (subscriber.continuation, event)
            }
        }
        for (continuation, event) in told { continuation.yield(event) }
    }
}

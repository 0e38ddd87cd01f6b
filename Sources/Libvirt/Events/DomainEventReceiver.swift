internal import CLibvirt
internal import Synchronization

/// What C holds for one stream of domain events: copies events out of callbacks, and numbers them.
final class DomainEventReceiver: Sendable {
    private let continuation: AsyncStream<DomainEvent>.Continuation
    private let next = Mutex<UInt64>(0)

    init(_ continuation: AsyncStream<DomainEvent>.Continuation) {
        self.continuation = continuation
    }

    func receive(_ domain: virDomainPtr?, _ content: DomainEvent.Content) {
        guard
            let domain = unsafe domain,
            let name = try? unsafe readName("virDomainGetName", virDomainGetName(domain)),
            let uuid = try? unsafe readUUID("virDomainGetUUID", { unsafe virDomainGetUUID(domain, $0) })
        else { return }
        next.withLock { next in
            continuation.yield(DomainEvent(sequence: next, name: name, uuid: uuid, content: content))
            next += 1
        }
    }
}

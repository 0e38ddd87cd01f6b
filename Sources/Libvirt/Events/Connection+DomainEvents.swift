internal import CLibvirt

extension Connection {
    /// What happens to domains from now on. Source: `virConnectDomainEventRegisterAny`.
    ///
    /// Every call makes a stream of its own. It ends when its reader goes, and when the connection is lost or closed.
    /// What happened to domains before or after it, and what is missing in it, only a look at them tells.
    /// - Parameters:
    ///   - domain: only what happens to this domain; nil for all.
    ///   - buffer: how many events may wait for their reader. Then the oldest are dropped, seen as a gap in
    ///     ``DomainEvent/sequence``.
    public func domainEvents(
        _ kinds: Set<DomainEvent.Kind> = Set(DomainEvent.Kind.allCases),
        of domain: Domain? = nil,
        buffer: Int = 1024
    ) async throws -> AsyncStream<DomainEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: DomainEvent.self,
            bufferingPolicy: .bufferingNewest(max(buffer, 1))
        )
        let subscription = try await blocking("virConnectDomainEventRegisterAny") {
            let receiver = DomainEventReceiver(continuation)
            return try DomainEventSubscription(kinds, of: domain, to: receiver, on: handle)
        }
        let end = handle.end
        let id = end.nextID()
        continuation.onTermination = { _ in
            end.forget(id)
            subscription.cancel()
        }
        end.listen(id) { _ in continuation.finish() }
        return stream
    }
}

internal import CLibvirt

extension Connection {
    /// What happens to domains from now on. Source: `virConnectDomainEventRegisterAny`.
    ///
    /// Every call makes a stream of its own, for one reader. It ends when its reader goes, and when the connection is
    /// lost or closed. What happened before or after it, and what is missing in it, only a look at the domains tells.
    /// - Parameters:
    ///   - domain: only what happens to this domain; nil for all.
    ///   - buffer: how many events may wait for their reader. When it is full the oldest are dropped, which leaves a
    ///     gap in ``DomainEvent/sequence``.
    public func domainEvents(
        _ kinds: Set<DomainEvent.Kind> = Set(DomainEvent.Kind.allCases),
        of domain: Domain? = nil,
        buffer: Int = 1024
    ) async throws -> AsyncStream<DomainEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: DomainEvent.self,
            bufferingPolicy: .bufferingNewest(max(buffer, 1))
        )
        let id = handle.end.nextID()
        try await blocking("virConnectDomainEventRegisterAny") {
            // The stream is there before its first event.
            handle.events.receiver.add(id, kinds, of: domain?.uuid, to: continuation)
            do {
                try handle.events.register(kinds, on: handle)
            } catch {
                handle.events.receiver.remove(id)
                throw error
            }
            handle.addUser()
        }
        continuation.onTermination = { [handle] _ in handle.endEvents(id, kinds) }
        handle.end.listen(id) { _ in continuation.finish() }
        return stream
    }
}

extension ConnectionHandle {
    /// Ends a stream's part in the callbacks. Call it once.
    fileprivate func endEvents(_ id: Int, _ kinds: Set<DomainEvent.Kind>) {
        end.forget(id)
        events.receiver.remove(id)
        threads.submit { [self] in
            events.deregister(kinds, on: self)
            giveBack()
        }
    }
}

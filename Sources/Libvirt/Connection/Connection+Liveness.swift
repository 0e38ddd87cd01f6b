internal import CLibvirt

extension Connection {
    /// Whether the link to the hypervisor stands, as far as this side knows. Source: `virConnectIsAlive`.
    ///
    /// A peer that fell silent is found out only with ``setKeepAlive(interval:count:)``.
    public func isAlive() async throws -> Bool {
        try await reading("virConnectIsAlive") {
            try check("virConnectIsAlive", unsafe virConnectIsAlive(pointer)) == 1
        }
    }

    /// Pings a silent peer, and drops the connection when it stays silent: calls that hang then fail.
    /// Source: `virConnectSetKeepAlive`.
    ///
    /// - Parameters:
    ///   - interval: silence before a ping, in whole seconds, at least one.
    ///   - count: how many pings may stay without an answer.
    /// - Returns: false if the peer cannot do it.
    /// - Throws: ``LibvirtError`` with `noSupport` where the driver has no peer.
    public func setKeepAlive(interval: Duration, count: Int) async throws -> Bool {
        let seconds = Int32(clamping: max(interval.components.seconds, 1))
        let count = UInt32(clamping: count)
        return try await blocking("virConnectSetKeepAlive") {
            try check("virConnectSetKeepAlive", unsafe virConnectSetKeepAlive(pointer, seconds, count)) == 0
        }
    }

    /// Tells when the connection is lost: one reason, then the end. After ``close()``, the end alone.
    /// Source: `virConnectRegisterCloseCallback`.
    ///
    /// Connections of drivers without a daemon (`test:`) are never lost.
    public func closeEvents() -> AsyncStream<CloseReason> {
        let (stream, continuation) = AsyncStream.makeStream(of: CloseReason.self, bufferingPolicy: .bufferingNewest(1))
        let end = handle.end
        let id = end.nextID()
        continuation.onTermination = { _ in end.forget(id) }
        end.listen(id) { reason in
            if let reason { continuation.yield(reason) }
            continuation.finish()
        }
        return stream
    }
}

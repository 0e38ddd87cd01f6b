extension SSHSession {
    /// One try to connect to a port, for callers that wait for a server which is still booting.
    ///
    /// - Returns: a connected, non-blocking socket for ``connect(over:hostKey:options:)``, which the caller owns.
    /// - Throws: ``SSHError`` of the step `connect`, or `CancellationError`.
    public static func openSocket(to host: String, port: UInt16 = 22, within timeout: Duration) async throws -> Int32 {
        try await ConnectAttempt.connect(to: host, port: port, within: timeout)
    }
}

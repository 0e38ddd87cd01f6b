internal import CLibssh2

extension SSHSession {
    /// True until the session has failed or was closed. The next call may still find out otherwise.
    public var isUsable: Bool { failure == nil }

    /// Says goodbye if the network takes it within the time, and ends the session in any case. May be called again.
    /// Whoever still waits on the session gets an error with the reason `closed`.
    public func close(within timeout: Duration = .seconds(1)) async {
        guard failure == nil else { return }
        if unsafe control != nil { unsafe _ = guarded_session_disconnect(session, "closed") }
        _ = try? await perform(.close, within: timeout) { () throws(SSHError) -> Void? in
            self.failure == nil && !self.transport.outbound.isEmpty && self.transport.flush() == 0
                && !self.transport.outbound.isEmpty ? nil : ()
        }
        abandon()
    }

    /// Ends the session at once, without a word to the server.
    public func abandon() {
        fail(SSHError(.close, .closed, "the session was closed"))
    }
}

internal import CLibssh2

extension SSHSession {
    /// Logs in with a key. A failure ends the session: servers count tries.
    ///
    /// - Throws: ``SSHError`` of the step `authentication` (`denied` if the server does not accept the key), or of
    ///   `channelOpen` if the server accepts it and then opens no channel; `CancellationError`.
    public func authenticate(user: String, key: SSHPrivateKey) async throws {
        try await authenticate(user: user, privateKeyPEM: key.pem)
    }

    /// The same with the text of an unencrypted private key file of any type that libssh2 reads.
    public func authenticate(user: String, privateKeyPEM: String) async throws {
        do {
            try await perform(.authentication, within: options.timeouts.authentication) {
                () throws(SSHError) -> Void? in
                try self.logIn(user, privateKeyPEM)
            }
            try await perform(.channelOpen, within: options.timeouts.channel) { () throws(SSHError) -> Void? in
                try self.openControl()
            }
        } catch let error as SSHError {
            fail(error)
            throw error
        } catch {
            fail(SSHError(.authentication, .closed, "cancelled"))
            throw error
        }
        beginKeepAlive()
        pump()
    }

    private func logIn(_ user: String, _ pem: String) throws(SSHError) -> Void? {
        if let failure { throw failure.during(.authentication) }
        transport.allowance = 64 << 10
        defer { transport.allowance = nil }
        let status = unsafe guarded_userauth_publickey(session, user, user.utf8.count, pem, pem.utf8.count)
        return try check(.authentication, Int(status)).map { _ in }
    }

    private func openControl() throws(SSHError) -> Void? {
        if let failure { throw failure.during(.channelOpen) }
        transport.allowance = 64 << 10
        defer { transport.allowance = nil }
        var status: Int32 = 0
        let pointer = unsafe guarded_channel_open(session, 0, 32768, &status)
        unsafe control = unsafe pointer
        return try check(.channelOpen, unsafe pointer == nil ? Int(status) : 0).map { _ in }
    }
}

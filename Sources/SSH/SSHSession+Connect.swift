internal import CLibssh2
internal import Glibc

extension SSHSession {
    /// Connects, exchanges keys and checks the host key. One short try: a server that is still booting is asked again.
    ///
    /// - Parameters:
    ///   - host: a numeric IPv4 or IPv6 address.
    ///   - hostKey: the one key that the server may have.
    /// - Throws: ``SSHError`` of the steps `connect` (`refused`, `unreachable`, `timedOut`), `banner`, `handshake` or
    ///   `hostKey` (`wrongHostKey`); `CancellationError`.
    public static func connect(
        to host: String, port: UInt16 = 22, hostKey: SSHPublicKey, options: SSHOptions = SSHOptions()
    ) async throws -> SSHSession {
        let descriptor = try await ConnectAttempt.connect(to: host, port: port, within: options.timeouts.connect)
        return try await connect(over: descriptor, hostKey: hostKey, options: options)
    }

    /// The same over a stream socket that is already connected. The session owns the descriptor from here on.
    public static func connect(
        over descriptor: Int32, hostKey: SSHPublicKey, options: SSHOptions = SSHOptions()
    ) async throws -> SSHSession {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        let session = SSHSession(descriptor: descriptor, hostKey: hostKey, options: options)
        do {
            try await session.handshake()
        } catch {
            await session.tearDown()
            throw error
        }
        return session
    }

    private func handshake() async throws {
        try prepare()
        start()
        let begin = ContinuousClock.now
        // While the banner is awaited, its own budget holds; the attempt ends once the banner is there.
        let isDone = try await perform(.banner, within: options.timeouts.banner) { () throws(SSHError) -> Bool? in
            try self.greet()
        }
        if !isDone {
            let left = options.timeouts.banner + options.timeouts.handshake - (.now - begin)
            try await perform(.handshake, within: min(left, options.timeouts.handshake)) {
                () throws(SSHError) -> Void? in
                try self.shakeHands(.handshake)
            }
        }
        guard presentedKey == hostKey.blob else { throw wrongHostKey(presentedKey ?? []) }
    }

    private func prepare() throws(SSHError) {
        guard Self.isLibraryReady, let new = unsafe transport.makeSession() else {
            throw SSHError(.handshake, .limitExceeded, "libssh2 cannot be set up")
        }
        unsafe session = unsafe new
        let types = [hostKey.type] + options.methods.hostKey.filter { $0 != hostKey.type }
        try prefer(LIBSSH2_METHOD_KEX, options.methods.keyExchange)
        try prefer(LIBSSH2_METHOD_HOSTKEY, types)
        for method in [LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC] { try prefer(method, options.methods.cipher) }
        for method in [LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC] { try prefer(method, options.methods.mac) }
        for method in [LIBSSH2_METHOD_COMP_CS, LIBSSH2_METHOD_COMP_SC] { try prefer(method, ["none"]) }
    }

    private func prefer(_ method: Int32, _ names: [String]) throws(SSHError) {
        let status = unsafe libssh2_session_method_pref(session, method, names.joined(separator: ","))
        if status != 0 {
            throw SSHError(
                .handshake, .invalidArgument, "libssh2 has none of \(names)", code: LibSSH2Code(rawValue: status))
        }
    }

    /// False once there is a banner, true once all is done, nil before.
    private func greet() throws(SSHError) -> Bool? {
        if try shakeHands(.banner) != nil { return true }
        if hasBanner { return false }
        if transport.received > 64 << 10 {
            throw SSHError(.banner, .protocolViolation, "64 KiB and no identification line among them")
        }
        return nil
    }

    private func shakeHands(_ step: SSHError.Step) throws(SSHError) -> Void? {
        if let failure { throw failure.during(step) }
        transport.allowance = 64 << 10
        defer { transport.allowance = nil }
        let status = unsafe guarded_session_handshake(session, transport.descriptor)
        let reached = step == .banner && status < 0 && hasBanner ? .handshake : step
        let failure = status < 0 && status != LIBSSH2_ERROR_EAGAIN ? error(reached, status) : nil
        // Looked at as soon as it is proved: a wrong server need not get as far as the end of the handshake.
        if failure == nil || failure?.reason == .disconnected, let key = presentedKey, key != hostKey.blob {
            throw wrongHostKey(key)
        }
        if let failure { throw failure }
        return status == 0 ? () : nil
    }

    private var hasBanner: Bool {
        guard let banner = unsafe libssh2_session_banner_get(session) else { return false }
        return unsafe strncmp(banner, "SSH-", 4) == 0
    }

    /// The key that the server has proved to own.
    var presentedKey: [UInt8]? {
        var length = 0
        var type: CInt = 0
        guard let key = unsafe libssh2_session_hostkey(session, &length, &type) else { return nil }
        return unsafe [UInt8](UnsafeRawBufferPointer(start: key, count: length))
    }

    func wrongHostKey(_ key: [UInt8]) -> SSHError {
        let actual = SSHPublicKey(blob: key)?.fingerprint ?? "an unreadable key"
        return SSHError(
            .hostKey, .wrongHostKey(expected: hostKey.fingerprint, actual: actual), "another server answers there")
    }

    /// libssh2's own set-up, once per process.
    private static let isLibraryReady = libssh2_init(0) == 0
}

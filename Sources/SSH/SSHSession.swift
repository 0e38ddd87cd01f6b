internal import CLibssh2
internal import Dispatch
internal import Glibc

/// An SSH connection to a server that may be hostile.
///
/// The host key is always checked against the one given; no file, agent or environment is read. Every call ends by its
/// deadline or when its task is cancelled. libssh2 is never waited for: a session that hangs is abandoned, which closes
/// its socket and frees its memory at once.
@safe public actor SSHSession {
    let executor = SerialQueueExecutor(label: "ssh.session")
    let options: SSHOptions
    let hostKey: SSHPublicKey
    let transport: Transport
    /// libssh2's session; nil once freed.
    var session: OpaquePointer?
    /// A channel without a command: all reading goes through it. Some servers close it after a while (dropbear, when a
    /// command ends); for reading it serves on.
    var control: OpaquePointer?
    /// Why the session as a whole does not work any more.
    var failure: SSHError?
    var channels: [UInt32: ChannelState] = [:]
    var openings: [Opening] = []
    var pending: [PendingOperation] = []
    var lastOperation: UInt64 = 0
    /// What libssh2 reads goes here first, so that pieces handed out are as small as what they hold.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

    var readable: (any DispatchSourceRead)?
    var writable: (any DispatchSourceWrite)?
    /// A write stopped because ``Transport/outbound`` was full: it must be tried again, even if all of that has left by
    /// then and the server says nothing.
    var writeWaits = false
    /// False while the source is suspended.
    var isReading = false
    var isWriting = false
    /// The socket is not looked at for a moment.
    var isGathering = false
    var timer: (any DispatchSourceTimer)?
    var timerIsSetFor: ContinuousClock.Instant?
    var lastHeard = ContinuousClock.now
    var nextKeepAlive: ContinuousClock.Instant?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(descriptor: CInt, hostKey: SSHPublicKey, options: SSHOptions) {
        self.options = options
        self.hostKey = hostKey
        transport = Transport(descriptor: descriptor, memoryLimit: options.memoryLimit)
    }

    isolated deinit {
        tearDown()
        unsafe scratch.deallocate()
    }

    /// Ends the session and everything on it at once, without waiting for anybody.
    func tearDown() {
        guard !transport.isAbandoned else { return }
        transport.isAbandoned = true
        release()
        timer?.cancel()
        closeSocket()
        transport.outbound = OutboundBuffer()
    }

    private func release() {
        for channel in channels.values { unsafe channel.pointer = nil }
        unsafe control = nil
        if let session = unsafe session, failure?.code != .assertionFailed {
            unsafe _ = guarded_session_free(session)
        }
        unsafe session = nil
        transport.memory.releaseAll()
    }

    /// The peer learns it now; the descriptor itself is closed when Dispatch has let go of it.
    private func closeSocket() {
        let descriptor = transport.descriptor
        shutdown(descriptor, CInt(SHUT_RDWR))
        if !isReading { readable?.resume() }
        if !isWriting { writable?.resume() }
        let group = DispatchGroup()
        for source in [readable, writable] as [(any DispatchSourceProtocol)?] {
            guard let source else { continue }
            group.enter()
            source.setCancelHandler { group.leave() }
            source.cancel()
        }
        group.notify(queue: executor.queue) { Glibc.close(descriptor) }
        (readable, writable) = (nil, nil)
    }
}

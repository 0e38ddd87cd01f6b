internal import CLibssh2
internal import Dispatch
internal import Glibc

extension SSHSession {
    /// Bytes read from the socket before others on the queue have their turn.
    private static let turn = 512 << 10
    /// Bytes at a time of a stream that flows, but in pieces that are not worth a look each.
    private static let trickle: Range<UInt64> = 16 << 10..<128 << 10
    /// How long such a stream gathers.
    private static let rest = DispatchTimeInterval.milliseconds(2)

    /// Begins to watch the socket and the clock.
    func start() {
        let readable = DispatchSource.makeReadSource(fileDescriptor: transport.descriptor, queue: executor.queue)
        readable.setEventHandler { [weak self] in self?.assumeIsolated { $0.pump() } }
        let writable = DispatchSource.makeWriteSource(fileDescriptor: transport.descriptor, queue: executor.queue)
        writable.setEventHandler { [weak self] in self?.assumeIsolated { $0.settle() } }
        let timer = DispatchSource.makeTimerSource(queue: executor.queue)
        timer.setEventHandler { [weak self] in self?.assumeIsolated { $0.timeHasPassed() } }
        (self.readable, self.writable, self.timer) = (readable, writable, timer)
        writable.suspend()
        (isReading, isWriting) = (true, false)
        for source in [readable, writable, timer] as [any DispatchSourceProtocol] { source.activate() }
    }

    /// Takes what the server sent, deals it out, and goes on with whatever waits.
    func pump() {
        guard failure == nil else { return }
        let before = transport.received
        transport.allowance = transport.outbound.isOverfull ? 0 : Self.turn
        let end = read()
        if unsafe control == nil { retryPending() }
        transport.allowance = nil
        if let end, end.code == .assertionFailed { return fail(end) }
        if transport.received != before { lastHeard = .now }
        for report in transport.reports {
            channels[report.channel]?.exit = channels[report.channel]?.exit ?? report.exit
        }
        transport.reports.removeAll(keepingCapacity: true)
        settle()
        if let end { fail(end) }
        checkServer()
        if Self.trickle.contains(transport.received - before) { letGather() }
        watchSocket()
    }

    /// Each look at the socket makes the system send an acknowledgement, which interrupts the server: an emulated one
    /// spends up to a tenth of its time on them.
    private func letGather() {
        isGathering = true
        executor.queue.asyncAfter(deadline: .now() + Self.rest) { [weak self] in
            self?.assumeIsolated {
                $0.isGathering = false
                $0.watchSocket()
            }
        }
    }

    /// Reads for all channels at once; before there is a control channel, the one operation under way reads for itself.
    /// Returns why there will be nothing more to read.
    private func read() -> SSHError? {
        guard let control = unsafe control else { return nil }
        let status = unsafe guarded_channel_read(control, 0, scratch.baseAddress, 0)
        return status < 0 && status != Int(LIBSSH2_ERROR_EAGAIN) ? error(.output, Int32(status)) : nil
    }

    /// Everything that can go on without reading: drains channels, retries operations, sends.
    func settle() {
        guard failure == nil else { return }
        writeWaits = false
        for channel in channels.values {
            guard failure == nil else { return }
            drain(channel)
            grant(channel)
            feed(channel)
        }
        goOnOpening()
        if unsafe control != nil { retryPending() }
        reap()
        flush()
    }

    private func retryPending() {
        let operations = pending
        pending = []
        let unfinished = operations.filter { !$0.retry() }
        if let failure {
            for operation in unfinished { operation.fail(failure.during(operation.step)) }
        } else {
            pending = unfinished
        }
    }

    /// Gives the socket what it takes, and watches it for the rest.
    func flush() {
        guard failure == nil else { return }
        let status = transport.flush()
        if status != 0 { return fail(SSHError(.input, .disconnected, "cannot send", errno: status)) }
        watchSocket()
    }

    /// Watches the socket only for what would be done: Dispatch calls again and again otherwise.
    func watchSocket() {
        guard failure == nil else { return }
        let reads = !isGathering && !transport.outbound.isOverfull && (unsafe control != nil || !pending.isEmpty)
        if reads != isReading { reads ? readable?.resume() : readable?.suspend() }
        let writes = writeWaits || !transport.outbound.isEmpty
        if writes != isWriting { writes ? writable?.resume() : writable?.suspend() }
        (isReading, isWriting) = (reads, writes)
    }

    /// What a server could do behind our back: fill our memory, or change its key when keys are exchanged again.
    private func checkServer() {
        guard failure == nil else { return }
        if transport.memory.held > options.memoryLimit * 3 / 4 {
            return fail(
                SSHError(.output, .limitExceeded, "the server makes libssh2 hold \(transport.memory.held) bytes"))
        }
        if unsafe control != nil, let key = presentedKey, key != hostKey.blob { fail(wrongHostKey(key)) }
    }

    /// Ends the session for everybody who waits on it.
    func fail(_ error: SSHError) {
        guard failure == nil else { return }
        failure = error
        let operations = pending
        pending = []
        for operation in operations where !operation.retry() { operation.fail(error.during(operation.step)) }
        tearDown()
    }
}

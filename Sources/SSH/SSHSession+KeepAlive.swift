internal import CLibssh2

extension SSHSession {
    func beginKeepAlive() {
        nextKeepAlive = options.keepAlive.map { .now + $0 }
        setTimer()
    }

    /// Asks a server that has been silent for a sign of life, and gives up on one that stays silent.
    func keepAlive(_ now: ContinuousClock.Instant) {
        guard failure == nil, let interval = options.keepAlive, let due = nextKeepAlive, due <= now else { return }
        nextKeepAlive = now + interval
        let silence = now - lastHeard
        if silence >= interval * options.keepAliveLimit {
            return fail(SSHError(.keepAlive, .timedOut, "the server has been silent for \(silence)"))
        }
        guard !isProbing, silence >= interval / 2 else { return }
        isProbing = true
        pending.append(
            PendingOperation(
                id: 0, step: .keepAlive, deadline: nil, retry: { self.probe() }, fail: { _ in }))
        settle()
    }

    /// A request that each server answers, with a refusal if it likes. libssh2's own keep-alive is no use: it hoards
    /// the answers.
    private func probe() -> Bool {
        guard failure == nil, let control = unsafe control else { return true }
        let name = "LC_KEEPALIVE"
        let status = unsafe guarded_channel_setenv(control, name, UInt32(name.utf8.count), "", 0)
        if status == LIBSSH2_ERROR_EAGAIN { return false }
        isProbing = false
        return true
    }
}

extension SSHSession {
    func beginKeepAlive() {
        nextKeepAlive = options.keepAlive.map { .now + $0 }
        setTimer()
    }

    /// Asks a server that has been silent for a sign of life, and gives up on one that stays silent.
    ///
    /// The question is a channel that is opened and closed again, as every server answers that. libssh2's own
    /// keep-alive is no use: it keeps each answer for ever.
    func keepAlive(_ now: ContinuousClock.Instant) {
        guard failure == nil, let interval = options.keepAlive, let due = nextKeepAlive, due <= now else { return }
        nextKeepAlive = now + interval
        let silence = now - lastHeard
        if silence >= interval * options.keepAliveLimit {
            return fail(SSHError(.keepAlive, .timedOut, "the server has been silent for \(silence)"))
        }
        guard openings.isEmpty, silence >= interval / 2 else { return }
        let probe = Opening()
        probe.isAbandoned = true
        openings.append(probe)
        settle()
    }
}

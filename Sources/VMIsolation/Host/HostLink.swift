import Isolation
import Libvirt

/// The connection to libvirt, made anew when the daemon was restarted. Losing it never ends a guest.
///
/// While the daemon is away it is tried with growing pauses, however many ask: who comes in a pause is told what the last
/// attempt came to.
actor HostLink {
    private let uri: String
    private var host: VirtualHost?
    private var attempt: Task<VirtualHost, any Error>?
    private var refusal: (error: any Error, until: ContinuousClock.Instant)?
    private var pause = HostLink.shortestPause

    private static let shortestPause = Duration.milliseconds(50)
    private static let longestPause = Duration.seconds(2)

    init(uri: String) { self.uri = uri }

    func connect() async throws -> VirtualHost {
        if let host, (try? await host.connection.isAlive()) == true { return host }
        if let attempt { return try await attempt.value }
        if let refusal, ContinuousClock.now < refusal.until { throw refusal.error }
        let uri = uri
        let attempt = Task { try await VirtualHost.open(uri) }
        self.attempt = attempt
        defer { self.attempt = nil }
        do {
            let opened = try await attempt.value
            (host, refusal, pause) = (opened, nil, HostLink.shortestPause)
            return opened
        } catch {
            refusal = (error, ContinuousClock.now + pause)
            pause = min(pause * 2, HostLink.longestPause)
            throw error
        }
    }

    /// Waits for the daemon for as long as the caller's patience lasts; for what must not be given up early.
    func reconnect(for patience: Duration) async throws -> VirtualHost {
        let end = ContinuousClock.now + patience
        while true {
            do { return try await connect() } catch { guard ContinuousClock.now < end else { throw error } }
            try await Task.sleep(for: HostLink.shortestPause)
        }
    }
}

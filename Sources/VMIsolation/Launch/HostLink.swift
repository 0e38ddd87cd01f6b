import Isolation
import Libvirt

/// The connection to libvirt, made anew when the daemon was restarted. Losing it never ends a guest.
actor HostLink {
    private let uri: String
    private var host: VirtualHost?

    init(uri: String) { self.uri = uri }

    /// One attempt; for the launch, which fails where libvirt is down.
    func connect() async throws -> VirtualHost {
        if let host, (try? await host.connection.isAlive()) == true { return host }
        let opened = try await VirtualHost.open(uri)
        host = opened
        return opened
    }

    /// Tries again with growing pauses until the caller's patience ends; for what must not be given up early.
    func reconnect(for patience: Duration) async throws -> VirtualHost {
        let end = ContinuousClock.now + patience
        var pause = Duration.milliseconds(50)
        while true {
            do { return try await connect() } catch {
                guard ContinuousClock.now + pause < end else { throw error }
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(2))
        }
    }
}

import Foundation
import Isolation
import SSH

/// Our one session with a guest, for its whole life: errors in our words, everything bounded.
struct GuestSession: GuestChannel {
    let ssh: SSHSession

    /// Waits for something to accept connections. The first tries are short: a packet that comes before the guest has
    /// its address is lost, and TCP itself repeats it only after a second.
    static func awaitPort(_ address: String, refused: Refusals) async throws -> Int32 {
        var patience = Duration.milliseconds(15)
        while true {
            do {
                return try await SSHSession.openSocket(to: address, port: 22, within: patience)
            } catch let error as SSHError where error.step == .connect {
                refused.note("\(error)")
                guard error.reason != .timedOut else {
                    patience = min(patience * 3 / 2, .seconds(2))
                    continue
                }
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Exchanges keys; the server must prove to hold the planted one.
    static func open(_ descriptor: Int32, _ guest: GuestAddress) async throws -> GuestSession {
        do {
            return GuestSession(
                ssh: try await SSHSession.connect(over: descriptor, hostKey: guest.hostKey))
        } catch let error as SSHError { throw error.named("guest at \(guest.address)") }
    }

    func login(_ guest: GuestAddress) async throws {
        do { try await ssh.authenticate(user: "root", key: guest.clientKey) } catch let error as SSHError {
            throw error.named("guest at \(guest.address)")
        }
    }

    /// Stock images are still at their own set-up when they let us in.
    func awaitCloudInit() async throws {
        _ = try await output(
            of: "command -v cloud-init >/dev/null && cloud-init status --wait", limit: 64 << 10, within: .seconds(3600))
    }

    /// What a short command of ours writes to standard output.
    ///
    /// - Parameter limit: bytes of standard output and error together.
    func output(of command: String, limit: Int, within time: Duration) async throws -> [UInt8] {
        do {
            return try await ssh.run(command, limit: limit, within: time).standardOutput
        } catch let error as SSHError { throw error.named("command in the guest") }
    }
}

extension SSHError {
    /// In our words, for what was tried on `subject`.
    func named(_ subject: String) -> BulkheadError {
        let console = "read the guest's console"
        switch (step, reason) {
        case (_, .wrongHostKey(let expected, let actual)):
            return BulkheadError(
                .wrongHostKey, subject, "planted \(expected), found \(actual)",
                remedy: "another machine has this address: look for stale leases and for guests that spoof")
        case (.banner, _): return BulkheadError(.bannerTimeout, subject, "\(self)", remedy: console)
        case (.handshake, _), (.hostKey, _): return BulkheadError(.handshakeFailed, subject, "\(self)", remedy: console)
        case (.authentication, .disconnected):
            return BulkheadError(.connectionLost, subject, "\(self)", remedy: console)
        case (.authentication, _): return BulkheadError(.loginFailed, subject, "\(self)", remedy: console)
        case (.upload, .disconnected), (.download, .disconnected), (_, .disconnected), (_, .timedOut):
            return BulkheadError(.connectionLost, subject, "\(self)", remedy: console)
        case (.upload, _), (.download, _):
            return BulkheadError(.copyFailed, subject, "\(self)", remedy: "see the guest's free space")
        default: return BulkheadError(.connectionLost, subject, "\(self)", remedy: console)
        }
    }
}

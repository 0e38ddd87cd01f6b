import Foundation
import Isolation
import SSH

extension VMLauncher {
    /// From a machine with an address to a session with its guest, the one that we planted our key in.
    func reach(_ container: ContainerContext, _ plan: LaunchPlan) async throws -> any GuestChannel {
        guard let address = plan.address, let access = plan.access else {
            throw BulkheadError(
                .badOption, "--isolation", "no isolator gives the guest an address and keys",
                remedy: "add vm/network and vm/identity, or use vm")
        }
        let guest = try GuestAddress(address, access)
        let clock = container.clock
        var session = try await connect(guest, clock)
        do { try await login(session, guest, clock) } catch let error as BulkheadError
            where error.reason == .connectionLost
        {
            // A guest may reboot once on its way up.
            session = try await connect(guest, clock)
            try await login(session, guest, clock)
        }
        if plan.setsItselfUp {
            let session = session
            try await clock.run(.cloudInit, timeout: { Self.silent(.cloudInit, address, "cloud-init did not end") }) {
                try await session.awaitCloudInit()
            }
        }
        return session
    }

    /// Tries until something answers as an SSH server and proves to hold our host key. A guest that is just coming up,
    /// or that reboots once on the way, may drop a connection.
    private func connect(_ guest: GuestAddress, _ clock: StageClock) async throws -> GuestSession {
        var drops = 0
        while true {
            let refused = Refusals()
            let descriptor = try await clock.run(
                .port,
                timeout: {
                    var error = Self.silent(.port, guest.address, "nothing answers at port 22")
                    error.evidence = refused.all
                    return error
                }
            ) { try await GuestSession.awaitPort(guest.address, refused: refused) }
            do {
                return try await clock.run(
                    .hostKey, timeout: { Self.silent(.hostKey, guest.address, "the key exchange did not end") }
                ) { try await GuestSession.open(descriptor, guest) }
            } catch let error as BulkheadError where error.reason == .bannerTimeout && drops < 3 {
                drops += 1
            }
        }
    }

    private func login(_ session: GuestSession, _ guest: GuestAddress, _ clock: StageClock) async throws {
        try await clock.run(.login, timeout: { Self.silent(.login, guest.address, "it did not take our key") }) {
            try await session.login(guest)
        }
    }

    static func silent(_ stage: LaunchStage, _ address: String, _ what: String) -> BulkheadError {
        let reasons: [LaunchStage: BulkheadError.Reason] = [
            .port: .portTimeout, .hostKey: .handshakeFailed, .login: .loginFailed, .copy: .copyFailed,
        ]
        return BulkheadError(
            reasons[stage] ?? .guestDied, "guest at \(address)",
            "\(what) within the budget of stage \(stage.rawValue)",
            remedy: "read the console's last lines; a loaded host needs a larger budget.\(stage.rawValue)")
    }
}

/// Where one guest is, and what proves that it is the one.
struct GuestAddress: Sendable {
    let address: String
    let hostKey: SSHPublicKey
    let clientKey: SSHPrivateKey

    /// - Throws: ``BulkheadError`` with `stateUnusable` where the keys are none.
    init(_ address: String, _ access: GuestAccess) throws(BulkheadError) {
        guard let host = SSHPublicKey(line: access.hostKey), let client = SSHPrivateKey(pem: access.clientKey.revealed)
        else {
            throw BulkheadError(
                .stateUnusable, "keys of the guest at \(address)", "they are no keys", remedy: "launch it again")
        }
        self.address = address
        hostKey = host
        clientKey = client
    }
}

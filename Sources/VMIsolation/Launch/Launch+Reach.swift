import Foundation
import Isolation
import Libvirt
import SSH

extension Launch {
    /// From a started domain to a session with the guest that we planted our key in.
    func reach(_ machine: Machine) async throws -> GuestSession {
        let address = try await lease(machine)
        report.address = address
        NeighbourHint.give(address: address, mac: machine.plan.interface.mac, bridge: machine.network.bridge)
        var session = try await connect(machine, address)
        do {
            try await login(session, machine, address)
        } catch let error as BulkheadError where error.reason == .connectionLost {
            // A guest may reboot once on its way up.
            session = try await connect(machine, address)
            try await login(session, machine, address)
        }
        if request.image.setsItselfUp {
            let session = session
            try await rung(.cloudInit, timeout: { Launch.silent(.cloudInit, address, "cloud-init did not end") }) {
                try await session.awaitCloudInit()
            }
        }
        return session
    }

    /// The newest unexpired lease of our MAC; on our own network also the one that was reserved and is not left over.
    private func lease(_ machine: Machine) async throws -> String {
        let (mac, network) = (machine.plan.interface.mac, machine.network)
        let search = LeaseSearch(mac: mac, network: network.name, reserved: machine.reservedAddress, since: Date())
        return try await rung(.lease, timeout: { search.timeout() }) {
            try await search.run { try await network.network.leases(mac: mac) }
        }
    }

    /// Tries until something answers as an SSH server and proves to hold our host key. A guest that is just coming up,
    /// or that reboots once on the way, may drop a connection.
    private func connect(_ machine: Machine, _ address: String) async throws -> GuestSession {
        var drops = 0
        while true {
            let refused = Refusals()
            let descriptor = try await rung(
                .port,
                timeout: {
                    var error = Launch.silent(.port, address, "nothing answers at port 22")
                    error.evidence = refused.all
                    return error
                }
            ) { try await GuestSession.awaitPort(address, refused: refused) }
            do {
                return try await rung(
                    .hostKey, timeout: { Launch.silent(.hostKey, address, "the key exchange did not end") }
                ) {
                    try await GuestSession.open(descriptor, machine.identity, address: address)
                }
            } catch let error as BulkheadError where error.reason == .bannerTimeout && drops < 3 {
                drops += 1
            }
        }
    }

    private func login(_ session: GuestSession, _ machine: Machine, _ address: String) async throws {
        try await rung(.login, timeout: { Launch.silent(.login, address, "it did not take our key") }) {
            try await session.login(machine.identity.clientKey, address: address)
        }
    }

    static func silent(_ stage: LaunchStage, _ address: String, _ what: String) -> BulkheadError {
        let reasons: [LaunchStage: BulkheadError.Reason] = [
            .port: .portTimeout, .hostKey: .handshakeFailed, .login: .loginFailed, .copy: .copyFailed,
        ]
        return BulkheadError(
            reasons[stage] ?? .guestDied, "guest at \(address)", "\(what) within the budget of stage \(stage.rawValue)",
            remedy: "read the console's last lines; a loaded host needs a larger budget.\(stage.rawValue)")
    }
}

import Foundation
import Isolation
import SSH

extension Launch {
    /// Leaves the guest up and writes down what reaches it.
    func keep(_ machine: Machine, _ session: GuestSession) throws {
        guard var row, let address = report.address else { return }
        let directory = engine.state.container(request.id)
        let kept = KeptGuest(
            address: address, keyFile: directory + "/client_key", knownHosts: directory + "/known_hosts")
        try PrivateFile.write(Array(machine.identity.clientKey.pem.utf8), to: kept.keyFile)
        try PrivateFile.write(
            Array("\(address) \(machine.identity.hostKey.publicKey.line())\n".utf8), to: kept.knownHosts)
        row.kept = true
        row.address = address
        try engine.ledger.update(row)
        self.row = row
        report.kept = kept
    }

    /// Removes everything; runs to its end although the launch was cancelled.
    func cleanUp() async {
        guard let row else { return }
        let (engine, link, clock) = (engine, link, clock)
        let budget = clock.budget(.cleanUp)
        report.cleanUpFailure = await shielded {
            do {
                try await clock.run(.cleanUp, timeout: { Launch.left(row.id, "it did not end within its budget") }) {
                    let host = try await link.reconnect(for: budget)
                    try await Destroyer(engine: engine).destroy(row, host: host)
                }
                return nil
            } catch {
                return error as? BulkheadError ?? Launch.left(row.id, "\(error)")
            }
        }
    }

    static func left(_ name: String, _ why: String) -> BulkheadError {
        BulkheadError(.cleanupIncomplete, "container \(name)", why, remedy: "bulkhead sweep finishes it")
    }
}

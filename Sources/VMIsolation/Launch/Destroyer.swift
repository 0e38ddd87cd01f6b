import Foundation
import Glibc
import Isolation
import Libvirt

/// The one way in which a container ends, whoever ends it and however far it came. Each step may find its thing gone
/// already; the ledger row goes last, when everything else is verified gone.
struct Destroyer: Sendable {
    let engine: Engine

    /// - Throws: ``BulkheadError`` with `cleanupIncomplete` or `hypervisorUnreachable`; a later sweep finishes.
    func destroy(_ row: Ledger.Container, host: VirtualHost) async throws {
        let container = try ContainerID(row.id)
        try await removeDomain(row, host: host)
        await releaseLease(row, host: host)
        try removeFiles(container)
        try engine.ledger.close(container)
    }

    private func removeDomain(_ row: Ledger.Container, host: VirtualHost) async throws {
        guard let uuid = UUID(uuidString: row.uuid) else { return }
        do {
            try await removeDomain(try await host.connection.domain(uuid: uuid))
        } catch let error as LibvirtError where error.code == .noDomain {
            return
        } catch let error as LibvirtError {
            throw error.named("domain of \(row.id)", .cleanupIncomplete)
        }
    }

    /// Ends and forgets a domain, with all that libvirt keeps of it, and sees its process gone.
    func removeDomain(_ domain: Domain) async throws {
        let process = MonitorProcess(domain)
        if try await domain.isActive() { try await ignoringGone { try await domain.destroy() } }
        try await ignoringGone {
            try await domain.undefine([.managedSave, .snapshotsMetadata, .checkpointsMetadata, .nvram])
        }
        if process.isAlive {
            throw BulkheadError(
                .cleanupIncomplete, "domain \(domain.name)", "its QEMU process \(process) still runs",
                remedy: "bulkhead sweep tries again")
        }
    }

    /// Somebody else may be as quick as we.
    private func ignoringGone(_ call: () async throws -> Void) async throws {
        do { try await call() } catch let error as LibvirtError
            where [.noDomain, .operationInvalid].contains(error.code)
        {}
    }

    private func releaseLease(_ row: Ledger.Container, host: VirtualHost) async {
        guard let network = try? await host.connection.network(named: row.network),
            let xml = try? await network.xml(), let description = try? NetworkDescription(xml: xml, name: row.network),
            let leases = try? await network.leases(mac: row.mac)
        else { return }
        for lease in leases where !lease.isOver() {
            _ = DHCPRelease(
                server: description.gateway, address: lease.address, mac: row.mac, clientID: lease.clientIDBytes,
                bridge: description.bridge
            ).send()
        }
    }

    /// Keeps the console and removes everything else.
    private func removeFiles(_ container: ContainerID) throws(BulkheadError) {
        let directory = engine.state.container(container)
        let console = ConsoleLog(path: directory + "/console.log").bytes()
        if !console.isEmpty { History(engine.state).keep(console: console, of: container) }
        do { try FileManager.default.removeItem(atPath: directory) } catch {
            guard access(directory, F_OK) != 0 else {
                throw BulkheadError(
                    .cleanupIncomplete, directory, error.localizedDescription, remedy: "bulkhead sweep tries again")
            }
        }
    }
}

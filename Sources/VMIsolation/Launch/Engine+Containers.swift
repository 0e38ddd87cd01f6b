public import Foundation
public import Isolation
import Libvirt

/// One container as `bulkhead ps` shows it.
public struct ContainerSummary: Sendable, Codable {
    public enum State: String, Sendable, Codable {
        /// A process launches it or runs a command in it.
        case active
        /// Left up by `--keep`.
        case kept
        /// Nobody looks after it; `bulkhead sweep` removes it.
        case orphaned
    }

    public var name: String
    public var state: State
    /// libvirt's word for its domain, `gone` where there is none.
    public var domain: String
    public var image: String
    public var address: String?
    public var created: Date
}

extension Engine {
    public func containers() async throws -> [ContainerSummary] {
        let rows = try ledger.containers()
        guard !rows.isEmpty else { return [] }
        let host = try await VirtualHost.open(connection)
        var running: Set<String> = []
        for domain in try await host.connection.domains(.active) { running.insert(domain.uuid.uuidString.lowercased()) }
        return try rows.map { row in
            let lock = try FileLock.take(state.lock(try ContainerID(row.id)))
            return ContainerSummary(
                name: row.id, state: lock == nil ? .active : row.kept ? .kept : .orphaned,
                domain: running.contains(row.uuid.lowercased()) ? "running" : "shut off", image: row.image,
                address: row.address, created: Date(timeIntervalSince1970: Double(row.created)))
        }
    }

    /// Ends a container whoever looks after it: a run that waits for its command sees it destroyed, and cleans up.
    ///
    /// - Throws: ``BulkheadError`` with `unknownContainer`.
    public func remove(_ container: ContainerID) async throws {
        guard let row = try ledger.container(container) else {
            let names = try ledger.containers().map(\.id).joined(separator: ", ")
            throw BulkheadError(
                .unknownContainer, "container “\(container)”", names.isEmpty ? "there is none" : "there are: \(names)",
                remedy: "see bulkhead ps")
        }
        let host = try await VirtualHost.open(connection)
        if let lock = try FileLock.take(state.lock(container)) {
            try await Destroyer(engine: self).destroy(row, host: host)
            lock.remove()
        } else if let uuid = UUID(uuidString: row.uuid), let domain = try? await host.connection.domain(uuid: uuid) {
            try? await domain.destroy()
            try await waitUntilClosed(container)
        }
    }

    /// The process that looks after it removes the rest.
    private func waitUntilClosed(_ container: ContainerID) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try ledger.container(container) != nil {
            guard ContinuousClock.now < end else { throw Launch.left("\(container)", "its bulkhead run does not end") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The serial console of a container, running or gone.
    ///
    /// - Throws: ``BulkheadError`` with `unknownContainer`.
    public func console(of container: ContainerID) throws -> [UInt8] {
        let live = ConsoleLog(path: state.container(container) + "/console.log").bytes()
        if !live.isEmpty { return live }
        guard let kept = History(state).console(of: container) else {
            throw BulkheadError(
                .unknownContainer, "console of “\(container)”", "nothing is kept of that name",
                remedy: "the last \(History.limit) are kept; the name is in the first line that run --verbose prints")
        }
        return kept
    }
}

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
        /// It has ended; its result was not taken yet.
        case ended
        /// Its command runs on while nobody looks: its agent finds it again.
        case unattended
        /// Nobody looks after it; `bulkhead sweep` removes it.
        case orphaned
    }

    public var name: String
    public var state: State
    public var launcher: String
    /// `running` or `gone`: its domain's state, or that of what its launcher keeps instead.
    public var machine: String
    public var image: String
    public var address: String?
    public var created: Date
}

extension ContainerSummary.State {
    init(_ record: ContainerRecord, isAttended: Bool) {
        self =
            switch record.life.state {
            case .kept: .kept
            case .terminated: .ended
            case _ where isAttended: .active
            case .running where record.config.output == .sandbox: .unattended
            default: .orphaned
            }
    }
}

extension Engine {
    var store: StateStore { StateStore(ledger: ledger, state: state) }

    public func containers(_ machines: Machines) async throws -> [ContainerSummary] {
        let records = try store.records()
        guard !records.isEmpty else { return [] }
        let running = try await runningMachines(Set(records.map(\.launcher)), machines)
        return try records.map { record in
            let isAttended = FileLock.isHeld(state.lock(record.id))
            return ContainerSummary(
                name: record.id.description, state: .init(record, isAttended: isAttended),
                launcher: record.launcher, machine: running.contains(record.machine) ? "running" : "gone",
                image: record.config.image,
                address: try ledger.address(of: record.id)?.reservation.address,
                created: Date(timeIntervalSince1970: Double(record.created)))
        }
    }

    private func runningMachines(_ launchers: Set<String>, _ machines: Machines) async throws -> Set<UUID> {
        var all: Set<UUID> = []
        for name in launchers {
            let launcher = try containerizer(machines, try IsolationList(name)).launcher
            all.formUnion(try await launcher.machines().filter(\.isRunning).map(\.id))
        }
        return all
    }

    /// Ends a container whoever looks after it: a run that waits for its command sees it destroyed, and cleans up.
    ///
    /// - Throws: ``BulkheadError`` with `unknownContainer`, or `cleanupIncomplete`.
    public func remove(_ container: ContainerID, _ machines: Machines) async throws {
        guard let record = try store.record(container) else {
            let names = try store.records().map(\.id.description).joined(separator: ", ")
            throw BulkheadError(
                .unknownContainer, "container “\(container)”", names.isEmpty ? "there is none" : "there are: \(names)",
                remedy: "see bulkhead ps")
        }
        let containerizer = try containerizer(machines, try IsolationList(record.launcher))
        store.askForEnd(of: record)
        let latest = ContinuousClock.now + .seconds(60)
        // Its machine may not have been there yet when it was last looked for.
        while ContinuousClock.now < latest {
            if try await end(record, containerizer) { return }
        }
        throw BulkheadError(
            .cleanupIncomplete, "container \(container)", "the process that looks after it does not end it",
            remedy: "end that process, then: bulkhead sweep")
    }

    /// Ends it where nobody looks after it; else its machine, and waits a second for its process to remove the rest.
    ///
    /// - Returns: whether it is gone.
    private func end(_ record: ContainerRecord, _ containerizer: Containerizer) async throws -> Bool {
        do {
            if let report = try await containerizer.destroyUnattended(record.id) {
                if let failure = report.cleanUpFailure { throw failure }
                try await containerizer.forget(record.id)
                return true
            }
        } catch let error as BulkheadError where error.reason == .unknownContainer {
            return true
        }
        let found = try await containerizer.launcher.machines().first { $0.id == record.machine }
        if let found { try await containerizer.launcher.remove(found) }
        for _ in 0..<20 {
            if try store.record(record.id)?.machine != record.machine { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
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

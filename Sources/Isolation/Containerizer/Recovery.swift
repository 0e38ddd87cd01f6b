public import FoundationEssentials

/// What a restarted process does about each container that its store knows and each machine that the host has. Decides
/// only; a table in `RecoveryTests` has every case.
public enum Recovery {
    public enum Action: Hashable, Sendable {
        /// Its command may run still: follow it to its end.
        case follow(ContainerID)
        /// It is to end, for this reason.
        case destroy(ContainerID, Termination)
        /// It has ended, and nobody took its result yet.
        case report(ContainerID)
        /// It stays as it is: kept on purpose.
        case keep(ContainerID)
        /// Ours by its tag, and of no container.
        case removeOrphan(FoundMachine)
        case leave(FoundMachine, why: String)
    }

    /// - Parameters:
    ///   - records: of containers that no other process looks after.
    ///   - others: machines of containers that another process looks after.
    public static func actions(
        _ records: [ContainerRecord], _ machines: [FoundMachine], others: Set<UUID>, owner: String, bootID: String
    ) -> [Action] {
        let running = Set(machines.filter(\.isRunning).map(\.id))
        let known = Set(records.map(\.machine)).union(others)
        return records.map { action(for: $0, isUp: running.contains($0.machine), bootID: bootID) }
            + machines.filter { !known.contains($0.id) }.map { action(for: $0, owner) }
    }

    private static func action(for record: ContainerRecord, isUp: Bool, bootID: String) -> Action {
        let id = record.id
        switch record.life.state {
        case .terminated: return .report(id)
        case .destroying(let reason): return .destroy(id, reason)
        case .kept(let reason):
            return isUp && record.bootID == bootID ? .keep(id) : .destroy(id, reason)
        case .preparing, .starting, .running:
            guard record.bootID == bootID else {
                let evidence = ["boot \(record.bootID), now \(bootID)"]
                return .destroy(id, Termination(.hostFailed(rebooted(id)), evidence: evidence))
            }
            if record.life.state == .running, record.config.output == .sandbox { return .follow(id) }
            let evidence = ["stored as \(record.life.state.name)"]
            // The command of a caller is not stored as running, so it may have run, or not.
            let outcome: Outcome =
                record.config.output == .caller
                ? .hostFailed(interrupted(id, "the process that had its streams ended"))
                : .launchFailed(.prepare, interrupted(id, "the process that launched it ended before its command ran"))
            return .destroy(id, Termination(outcome, evidence: evidence))
        }
    }

    private static func action(for machine: FoundMachine, _ owner: String) -> Action {
        switch machine.owner {
        case owner: .removeOrphan(machine)
        case let other?: .leave(machine, why: "belongs to another state directory, owner \(other)")
        case nil: .leave(machine, why: "not made by Bulkhead")
        }
    }

    private static func interrupted(_ id: ContainerID, _ why: String) -> BulkheadError {
        BulkheadError(.interruptedByRestart, "container \(id)", why, remedy: "launch it again")
    }

    private static func rebooted(_ id: ContainerID) -> BulkheadError {
        BulkheadError(.hostRebooted, "container \(id)", "the host was booted anew under it", remedy: "launch it again")
    }
}

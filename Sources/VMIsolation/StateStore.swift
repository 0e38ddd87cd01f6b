package import Foundation
public import Isolation

/// Records in the ledger, the right to act on a container by a lock in the state directory.
public struct StateStore: CheckpointStore {
    public let ledger: Ledger
    private let state: StateDirectory

    public init(ledger: Ledger, state: StateDirectory) {
        self.ledger = ledger
        self.state = state
    }

    public var owner: String { ledger.owner }
    public func add(_ record: ContainerRecord) throws(BulkheadError) { try ledger.add(record) }
    public func save(_ record: ContainerRecord) throws(BulkheadError) { try ledger.save(record) }
    public func remove(_ container: ContainerID) throws(BulkheadError) { try ledger.remove(container) }
    public func record(_ container: ContainerID) throws(BulkheadError) -> ContainerRecord? {
        try ledger.record(container)
    }
    public func records() throws(BulkheadError) -> [ContainerRecord] { try ledger.records() }

    public func claim(_ container: ContainerID) throws(BulkheadError) -> (any ContainerClaim)? {
        try FileLock.take(state.lock(container))
    }

    /// Tells the process that looks after a container that its machine's end is no failure.
    func askForEnd(of record: ContainerRecord) {
        // Where nobody looks after it nobody needs to know; nor is a full disk a reason to leave it up.
        FileLock.leave(record.machine.uuidString, at: state.lock(record.id))
    }

    public func removeUnusedClaims() throws(BulkheadError) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: state.root + "/locks")) ?? []
        let known = Set(try records().map(\.id.description))
        for name in names where !known.contains(name) {
            // Whoever makes a record holds the lock before: what has none while we hold it will have none.
            guard let container = try? ContainerID(name), let lock = try FileLock.take(state.lock(container)),
                try record(container) == nil
            else { continue }
            lock.remove()
        }
    }
}

extension FileLock: ContainerClaim {
    package func end() { remove() }
    package func isAskedToEnd(_ machine: UUID) -> Bool { has(machine.uuidString) }
}

import FoundationEssentials
public import Isolation
import Synchronization

/// Records that outlive a ``FakeProcess``, as a disk would keep them.
public final class MemoryDisk: Sendable {
    struct State {
        var records: [ContainerID: ContainerRecord] = [:]
        /// By a number for each claim, so that an old one does not end a new one.
        var claims: [ContainerID: Int] = [:]
        var next = 0
        var askedToEnd: Set<UUID> = []
    }

    let state = Mutex(State())

    public init() {}

    public var records: [ContainerID: ContainerRecord] { state.withLock { $0.records } }

    /// As another process does that destroys a container.
    public func askForEnd(of container: ContainerID) {
        state.withLock { state in
            if let machine = state.records[container]?.machine { state.askedToEnd.insert(machine) }
        }
    }

    /// The kernel takes back the locks of a process that died.
    public func freeClaims() { state.withLock { $0.claims = [:] } }
}

/// One process' view of a ``MemoryDisk``; notes `store.save build-7`. Its script's `fails` must be ``BulkheadError``s.
public final class MemoryStore: CheckpointStore {
    public let owner = FakeLauncher.owner
    private let disk: MemoryDisk
    private let script: Script
    private let journal: Journal
    private let process: FakeProcess

    public init(
        disk: MemoryDisk, script: Script = Script(), journal: Journal = Journal(), process: FakeProcess = FakeProcess()
    ) {
        (self.disk, self.script, self.journal, self.process) = (disk, script, journal, process)
    }

    private func enter(_ call: String, _ subject: String) throws(BulkheadError) {
        guard !process.isDead else { throw FakeProcess.gone }
        journal.note("store.\(call) \(subject)")
        if case .fails(let error as BulkheadError) = script.next(call) { throw error }
    }

    public func add(_ record: ContainerRecord) throws(BulkheadError) {
        try enter("add", record.id.description)
        let isNew = disk.state.withLock { state in
            guard state.records[record.id] == nil else { return false }
            state.records[record.id] = record
            return true
        }
        guard isNew else {
            throw BulkheadError(
                .nameInUse, "container “\(record.id)”", "there is one of this name", remedy: "choose another")
        }
    }

    public func save(_ record: ContainerRecord) throws(BulkheadError) {
        try enter("save", record.id.description)
        disk.state.withLock { $0.records[record.id] = record }
    }

    public func remove(_ container: ContainerID) throws(BulkheadError) {
        try enter("remove", container.description)
        disk.state.withLock { $0.records[container] = nil }
    }

    public func record(_ container: ContainerID) throws(BulkheadError) -> ContainerRecord? {
        try enter("record", container.description)
        return disk.state.withLock { $0.records[container] }
    }

    public func records() throws(BulkheadError) -> [ContainerRecord] {
        try enter("records", "all")
        return Array(disk.records.values)
    }

    public func claim(_ container: ContainerID) throws(BulkheadError) -> (any ContainerClaim)? {
        try enter("claim", container.description)
        let disk = disk
        return disk.state.withLock { state in
            guard state.claims[container] == nil else { return nil }
            state.next += 1
            state.claims[container] = state.next
            return Claim(disk: disk, container: container, number: state.next)
        }
    }

    private final class Claim: ContainerClaim {
        private let disk: MemoryDisk
        private let container: ContainerID
        private let number: Int

        init(disk: MemoryDisk, container: ContainerID, number: Int) {
            (self.disk, self.container, self.number) = (disk, container, number)
        }

        deinit { end() }

        func isAskedToEnd(_ machine: UUID) -> Bool { disk.state.withLock { $0.askedToEnd.contains(machine) } }

        func end() {
            disk.state.withLock { state in
                if state.claims[container] == number { state.claims[container] = nil }
            }
        }
    }
}

import FoundationEssentials
public import Isolation

/// What every checkpoint store must do; used like ``LauncherContract``. The closure opens the same place anew each time,
/// as two processes would.
public struct CheckpointStoreContract: Sendable {
    public enum Check: String, CaseIterable, Sendable {
        case keepsRecords, addRefusesUsedNames, saveReplaces, removeForgets, removeOfUnknownIsFine, ownerIsStable
        case claimIsSole, claimNeedsNoRecord, endedClaimIsFree, droppedClaimIsFree
    }

    let open: @Sendable () throws -> any CheckpointStore

    public init(open: @escaping @Sendable () throws -> any CheckpointStore) { self.open = open }

    public func run(_ check: Check) throws {
        let (one, two) = (try open(), try open())
        let record = try Self.record()
        switch check {
        case .keepsRecords: try keepsRecords(one, two, record)
        case .addRefusesUsedNames: try addRefusesUsedNames(one, two, record)
        case .saveReplaces: try saveReplaces(one, two, record)
        case .removeForgets: try removeForgets(one, two, record)
        case .removeOfUnknownIsFine: try one.remove(record.id)
        case .ownerIsStable: try demand(one.owner == two.owner && !one.owner.isEmpty, "a place has one owner")
        case .claimIsSole: try claimIsSole(one, two, record)
        case .claimNeedsNoRecord: try demand(try one.claim(record.id) != nil, "a claim comes before its record")
        case .endedClaimIsFree: try endedClaimIsFree(one, two, record)
        case .droppedClaimIsFree:
            do { _ = try one.claim(record.id) }
            try demand(try two.claim(record.id) != nil, "a claim ends with its last reference")
        }
    }

    static func record() throws -> ContainerRecord {
        let config = ContainerConfig(
            id: .random(),
            resources: Resources(cpus: CPUs(thousandths: 1500), memory: .mebibytes(256), disk: .mebibytes(10)),
            image: "some image", command: TaskCommand(arguments: ["a", "b c"], user: "nobody"), output: .sandbox,
            puts: [Transfer(host: "/a", guest: "/b")], timeLimit: .seconds(90),
            rates: RateLimits(diskBytesPerSecond: 1 << 20), keep: true)
        return ContainerRecord(
            config, machine: UUID(), created: 1_700_000_000, bootID: "boot", life: ContainerLife(isolators: 2))
    }

    private func keepsRecords(_ one: any CheckpointStore, _ two: any CheckpointStore, _ record: ContainerRecord) throws
    {
        try demand(try one.record(record.id) == nil, "what was never added is not there")
        let other = try Self.record()
        try one.add(record)
        try one.add(other)
        for store in [one, two, try open()] {
            try demand(try store.record(record.id) == record, "a record comes back as it was")
            try demand(Set(try store.records()).isSuperset(of: [record, other]), "records() has all of them")
        }
    }

    private func addRefusesUsedNames(
        _ one: any CheckpointStore, _ two: any CheckpointStore, _ record: ContainerRecord
    ) throws {
        try one.add(record)
        var usurper = record
        usurper.commandStarted = 7
        for store in [one, two] {
            do { try store.add(usurper) } catch {
                try demand(error.reason == .nameInUse, "a used name is nameInUse, not \(error)")
                continue
            }
            throw ContractBreach(description: "add() of a used name throws")
        }
        try demand(try one.record(record.id) == record, "and changes nothing")
    }

    private func saveReplaces(_ one: any CheckpointStore, _ two: any CheckpointStore, _ record: ContainerRecord) throws
    {
        try one.add(record)
        var later = record
        _ = later.life.launch()
        _ = later.life.destroy(because: Termination(.outOfDisk(3), evidence: ["seen"]))
        later.commandStarted = 1_700_000_009
        later.resources.memory = .mebibytes(512)
        try one.save(later)
        try one.save(later)
        try demand(try two.record(record.id) == later, "save() replaces the whole record, life included")
        try demand(try two.records().count { $0.id == record.id } == 1, "and makes no second one")
    }

    private func removeForgets(_ one: any CheckpointStore, _ two: any CheckpointStore, _ record: ContainerRecord) throws
    {
        try one.add(record)
        try two.remove(record.id)
        try demand(try one.record(record.id) == nil, "a removed record is gone")
        try demand(try !one.records().contains { $0.id == record.id }, "from records() too")
        try one.add(record)
    }

    private func claimIsSole(_ one: any CheckpointStore, _ two: any CheckpointStore, _ record: ContainerRecord) throws {
        let claim = try one.claim(record.id)
        try demand(claim != nil, "a free container can be claimed")
        for store in [one, two] { try demand(try store.claim(record.id) == nil, "a claimed one cannot") }
        try demand(try two.claim(Self.record().id) != nil, "others can")
        withExtendedLifetime(claim) {}
    }

    private func endedClaimIsFree(_ one: any CheckpointStore, _ two: any CheckpointStore, _ record: ContainerRecord)
        throws
    {
        let claim = try one.claim(record.id)
        claim?.end()
        let next = try two.claim(record.id)
        try demand(next != nil, "an ended claim is free")
        claim?.end()
        try demand(try one.claim(record.id) == nil, "ending it again does not end the next one's")
        withExtendedLifetime(next) {}
    }
}

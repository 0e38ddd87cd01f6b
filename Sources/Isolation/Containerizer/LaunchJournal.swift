public import FoundationEssentials

/// What can be told of one container at any time, and the form of `launch.json` in its sandbox once it has ended. It
/// holds nothing of the command and its environment.
public struct LaunchJournal: Encodable, Sendable {
    public struct Amounts: Encodable, Sendable {
        public let cpus: Double
        public let memoryMiB: UInt64
        public let diskMiB: UInt64
    }

    public let container: ContainerID
    public let state: String
    public let launcher: String
    public let image: String
    public let machine: UUID
    /// Seconds since 1970.
    public let created: Int
    public let resources: Amounts
    public let address: String?
    /// None of a launch that a former process made.
    public let stages: [Timeline.Entry]
    /// Nil while it lives.
    public let termination: Termination?
    public let cleanUpFailure: BulkheadError?

    init(
        _ record: ContainerRecord, _ timeline: Timeline, _ plan: LaunchPlan, termination: Termination?,
        cleanUpFailure: BulkheadError?
    ) {
        container = record.id
        state = record.life.state.name
        launcher = record.launcher
        image = record.config.image
        machine = record.machine
        created = record.created
        resources = Amounts(
            cpus: Double(record.resources.cpus.thousandths) / 1000, memoryMiB: record.resources.memory.mebibytes,
            diskMiB: record.resources.disk.mebibytes)
        address = plan.address
        stages = timeline.entries
        self.termination = termination
        self.cleanUpFailure = cleanUpFailure
    }

    init(_ report: ContainerReport) {
        self.init(
            report.record, report.timeline, report.plan, termination: report.termination,
            cleanUpFailure: report.cleanUpFailure)
    }

    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return [UInt8](try encoder.encode(self))
    }

    func write(to sandbox: String) throws {
        try Sandbox(existing: sandbox).replace(Sandbox.journal, with: json())
    }
}

extension Containerizer {
    /// Nil for a container that this process does not look after, or any more: its sandbox has the last one then.
    public func journal(of id: ContainerID) -> LaunchJournal? {
        containers[id].map {
            LaunchJournal(
                $0.record, $0.clock.timeline, $0.plan, termination: $0.record.life.termination,
                cleanUpFailure: $0.cleanUpFailure)
        }
    }
}

import FoundationEssentials

/// `launch.json` in a sandbox: how the launch went and how the container ended.
struct LaunchJournal: Encodable {
    let container: ContainerID
    let termination: Termination
    let stages: [Timeline.Entry]
    let cleanUpFailure: BulkheadError?

    init(_ report: ContainerReport) {
        container = report.record.id
        termination = report.termination
        stages = report.timeline.entries
        cleanUpFailure = report.cleanUpFailure
    }

    func write(to sandbox: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try Sandbox(existing: sandbox).replace(Sandbox.journal, with: [UInt8](encoder.encode(self)))
    }
}

import FoundationEssentials

/// What a container came to.
public struct ContainerReport: Sendable {
    public var record: ContainerRecord
    public var termination: Termination
    public var timeline: Timeline
    public var plan: LaunchPlan
    /// The container's own; empty where it was never made.
    public var directory = ""
    /// What could not be removed; a later destroy or sweep finishes it.
    public var cleanUpFailure: BulkheadError?

    /// Of a launch that was refused before anything was made.
    public init(refused config: ContainerConfig, because error: BulkheadError) {
        record = ContainerRecord(config, machine: UUID(), created: 0, bootID: "", life: ContainerLife(isolators: 0))
        termination = Termination(.launchFailed(.prepare, error))
        timeline = Timeline()
        plan = LaunchPlan()
    }

    init(
        record: ContainerRecord, termination: Termination, timeline: Timeline, plan: LaunchPlan,
        directory: String = "", cleanUpFailure: BulkheadError? = nil
    ) {
        self.record = record
        self.termination = termination
        self.timeline = timeline
        self.plan = plan
        self.directory = directory
        self.cleanUpFailure = cleanUpFailure
    }

    public var isKept: Bool { record.life.state.isKept }
}

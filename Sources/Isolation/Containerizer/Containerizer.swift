import FoundationEssentials

/// Launches, watches, resizes and destroys containers, and finds them again after a restart. One for each state
/// directory and process.
///
/// A launch can be read from top to bottom in `Containerizer+Launch.swift`.
public actor Containerizer {
    public nonisolated let launcher: any Launcher
    let isolators: [any Isolator]
    let provisioner: any Provisioner
    let store: any CheckpointStore
    let places: StateDirectory
    let options: Options
    var containers: [ContainerID: Container] = [:]

    public struct Options: Sendable {
        public var budgets = LaunchBudgets()
        /// How long a hook may take that has no stage of its own: `update`, `usage`, `status`, `recover`.
        public var hookBudget = Duration.seconds(20)
        /// How long after the end of its budget a step that does not heed it is waited for in silence.
        public var hangPatience = Duration.seconds(30)
        /// How long the machine may take to say why contact with the command was lost.
        public var contactPatience = Duration.seconds(2)
        /// How long the files of a container that is destroyed may take to come out of it.
        public var lastCopyPatience = Duration.seconds(5)
        /// What the containers of this host share.
        public var capacity: @Sendable () async throws -> HostCapacity
        public var bootID: String

        public init(bootID: String, capacity: @escaping @Sendable () async throws -> HostCapacity) {
            self.bootID = bootID
            self.capacity = capacity
        }
    }

    /// - Throws: ``BulkheadError`` with `badOption` for an isolator that is named twice.
    public init(
        launcher: any Launcher, isolators: [any Isolator], provisioner: any Provisioner, store: any CheckpointStore,
        places: StateDirectory, options: Options
    ) throws(BulkheadError) {
        var names: Set<String> = []
        for isolator in isolators where !names.insert(isolator.name).inserted {
            throw BulkheadError(
                .badOption, "--isolation", "isolator \(isolator.name) is named twice", remedy: "name each isolator once"
            )
        }
        self.launcher = launcher
        self.isolators = isolators
        self.provisioner = provisioner
        self.store = store
        self.places = places
        self.options = options
    }

    /// The containers that this process looks after, oldest first.
    public func list() -> [ContainerRecord] {
        containers.values.map(\.record).sorted { ($0.created, $0.id.description) < ($1.created, $1.id.description) }
    }

    /// Waits until a container's end, any number of callers at a time.
    ///
    /// - Returns: nil where no such container is known, now or from earlier. Where cleaning up came to a halt, the report
    ///   says with what.
    public func wait(_ id: ContainerID) async throws -> ContainerReport? {
        guard let container = containers[id] else { return try ended(id) }
        return try await container.report.value()
    }

    /// Forgets a container that has ended and whose result was taken.
    public func forget(_ id: ContainerID) throws {
        guard containers[id] == nil else { return }
        try store.remove(id)
    }

    /// A result that nobody took yet.
    func ended(_ id: ContainerID) throws -> ContainerReport? {
        guard let record = try store.record(id), case .terminated(let termination) = record.life.state else {
            return nil
        }
        return ContainerReport(record: record, termination: termination, timeline: Timeline(), plan: LaunchPlan())
    }

    func container(_ id: ContainerID) throws(BulkheadError) -> Container {
        guard let container = containers[id] else {
            throw BulkheadError(
                .unknownContainer, "container “\(id)”", "this process looks after none of that name",
                remedy: "see bulkhead ps")
        }
        return container
    }
}

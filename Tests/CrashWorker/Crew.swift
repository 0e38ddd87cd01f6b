import Foundation
import Isolation
import Synchronization
import VMIsolation

/// A containerizer on a state directory of its own, and the journal beside it.
final class Crew: Sendable {
    let places: StateDirectory
    let engine: Engine
    let containerizer: Containerizer
    let journal: CrashJournal
    private let collectors = Mutex<[ContainerID: Task<Void, any Error>]>([:])

    init(directory: String) throws {
        let environment = ProcessInfo.processInfo.environment
        let templates =
            environment["BULKHEAD_TEMPLATES_DIR"]
            ?? URL(fileURLWithPath: #filePath)
            .appendingPathComponent("../../../templates").standardizedFileURL.path
        let cache = environment["BULKHEAD_CACHE_DIR"] ?? "/var/cache/bulkhead"
        places = try StateDirectory(root: directory + "/state", cache: cache)
        engine = try Engine(state: places, connection: "qemu:///system", templates: templates)
        let machines = Engine.Machines(
            images: ImageStore(directory: cache + "/images"), template: try DomainTemplate.builtIn(in: templates))
        containerizer = try engine.containerizer(machines, try IsolationList("vm"))
        journal = CrashJournal(path: directory + "/journal")
    }

    var network: String { "bulkhead-" + engine.ledger.owner.prefix(8) }

    /// What a restarted process does first: finds out what became of everything.
    func begin() async throws {
        journal.write(.began(decided: try await containerizer.recover().map { "\($0)" }))
        for (id, container) in CrashStory(try journal.entries()).containers where container.isOpen { collect(id) }
    }

    func launch(_ config: ContainerConfig, _ trial: Trial) async {
        journal.write(.intent(trial))
        do {
            try await containerizer.launch(config)
            journal.write(.launched(trial.id))
            collect(trial.id)
        } catch {
            let named = error as? BulkheadError
            journal.write(
                .refused(trial.id, named ?? BulkheadError(.launcherFailed, "\(trial.id)", "\(error)", remedy: "")))
            if named == nil { journal.write(.flaw("launch of \(trial.id) threw \(error)")) }
        }
    }

    /// Waits for the container's end in the background, writes it down, and only then forgets it.
    private func collect(_ id: ContainerID) {
        let work = Task {
            guard let report = try await finished(id) else { return journal.write(.absent(id)) }
            journal.write(.ended(id, report.termination))
            try await containerizer.forget(id)
            journal.write(.forgotten(id))
        }
        collectors.withLock { $0[id] = work }
    }

    /// Cleaning up that came to a halt is tried again, as an agent would.
    private func finished(_ id: ContainerID) async throws -> ContainerReport? {
        var report = try await containerizer.wait(id)
        for attempt in 1...10 {
            guard let failure = report?.cleanUpFailure else { return report }
            journal.write(.did("clean-up of \(id) failed, attempt \(attempt): \(failure)"))
            try await Task.sleep(for: .milliseconds(200))
            report = try await containerizer.destroy(id)
        }
        journal.write(.flaw("\(id) cannot be cleaned up"))
        return report
    }

    /// Waits for everything to end, and sees it forgotten.
    func drain() async throws {
        for work in collectors.withLock({ Array($0.values) }) { try await work.value }
        let left = await containerizer.list()
        if !left.isEmpty { journal.write(.flaw("after all had ended there were \(left.map(\.id))")) }
    }

    /// Launches a container, or takes up one that a former process launched, and waits for its end.
    func run(_ id: ContainerID, _ script: String) async throws -> Termination {
        if let termination = try await taken(id) { return termination }
        try await containerizer.launch(Crew.config(id, script))
        guard let termination = try await taken(id) else {
            throw BulkheadError(.unknownContainer, "\(id)", "it was lost", remedy: "")
        }
        return termination
    }

    private func taken(_ id: ContainerID) async throws -> Termination? {
        guard let report = try await finished(id) else { return nil }
        try await containerizer.forget(id)
        return report.termination
    }

    static func config(_ id: ContainerID, _ script: String, memory: Int = 96) -> ContainerConfig {
        ContainerConfig(
            id: id,
            resources: Resources(
                cpus: CPUs(thousandths: 1000), memory: .mebibytes(UInt64(memory)), disk: .mebibytes(64)),
            image: ImageStore.defaultName, command: TaskCommand(arguments: ["sh", "-c", script]), output: .sandbox)
    }
}

import FoundationEssentials
import Glibc
public import Isolation
import Synchronization

/// Runs each command as a process group on the host itself, with limits where the host's control groups allow them. It
/// separates nothing: for trusted tasks, and to compare a virtual machine with. docs/isolators/process.md says what it
/// gives and what not.
public final class ProcessLauncher: Launcher {
    public let name = "process"
    let places: StateDirectory
    let owner: String
    let limits: LogLimits
    let hierarchies: Hierarchies
    /// Ends of pipes to commands that have not been begun, or whose streams are the caller's.
    let attachments = Mutex<[ContainerID: Attachment]>([:])

    /// What a process of ours alone can have of a command.
    struct Attachment {
        /// Brings the nonce; its end without one tells the supervisor that we are gone.
        let go: Descriptor
        let input: Descriptor?
        let output: Descriptor?
        let errors: Descriptor?
    }

    /// - Parameters:
    ///   - owner: marks what is ours; the store's.
    ///   - limits: of the logs in a container's sandbox.
    public convenience init(places: StateDirectory, owner: String, limits: LogLimits = LogLimits()) {
        self.init(places: places, owner: owner, limits: limits, hierarchies: .ofThisHost())
    }

    /// - Parameter hierarchies: none of them stands for a host where we may make no control group.
    init(places: StateDirectory, owner: String, limits: LogLimits = LogLimits(), hierarchies: Hierarchies) {
        self.places = places
        self.owner = owner
        self.limits = limits
        self.hierarchies = hierarchies
    }

    func record(_ container: ContainerContext) throws(BulkheadError) -> (ProcessRecord, ProcessIdentity) {
        if let record = ProcessRecord.read(in: container.directory), let supervisor = record.supervisor {
            return (record, supervisor)
        }
        throw BulkheadError(
            .notRunning, "container \(container.id)", "there is no process of its own on this host",
            remedy: "launch it again")
    }

    public func ended(_ container: ContainerContext) async throws -> Termination {
        let (record, supervisor) = try record(container)
        try await supervisor.ends()
        let result = try? ProcessResult.read(record, in: ProcessPlaces(container))
        // With a result it was the command that ended, and whoever executes it says how.
        if result != nil { try await untilCancelled() }
        return ProcessLauncher.killed(supervisor, container)
    }

    static func killed(_ supervisor: ProcessIdentity, _ container: ContainerContext) -> Termination {
        if Removal.isAnnounced(in: container.directory) { return Removal.termination }
        return Termination(.monitorKilled, evidence: ["supervisor \(supervisor.pid) is gone and left no result"])
    }

    /// The command is signalled once it has a session of its own: before that the supervisor's traps, which it still has,
    /// would swallow what comes.
    public func signal(_ number: Int32, to container: ContainerContext) async {
        guard let supervisor = ProcessRecord.read(in: container.directory)?.supervisor else { return }
        let end = ContinuousClock.now + ProcessLauncher.longestStart
        while supervisor.isAlive, ContinuousClock.now < end {
            let children = ProcessTable.read().entries.filter { $0.parent == supervisor.pid && !$0.isDead }
            if let command = children.first(where: { $0.group == $0.pid }) {
                kill(-command.pid, number)
                return
            }
            guard (try? await Task.sleep(for: .milliseconds(5))) != nil else { return }
        }
    }

    /// From the word that the command is to run to its own session.
    private static let longestStart = Duration.seconds(5)

    public func evidence(_ container: ContainerContext) -> [String] {
        Spool(path: ProcessPlaces(container).spool("stderr")).tail(lines: 5)
    }

    public func statistics(_ containers: [ContainerContext]) async throws -> [ContainerID: MachineStatistics] {
        var answer: [ContainerID: MachineStatistics] = [:]
        var table: ProcessTable?
        for container in containers {
            guard let record = ProcessRecord.read(in: container.directory), let supervisor = record.supervisor else {
                continue
            }
            let group = record.group
            var statistics = group.statistics()
            if statistics.cpuTime == nil || statistics.resident == nil {
                let all = table ?? ProcessTable.read()
                table = all
                statistics.fill(all.members(of: group.processes().union([supervisor.pid]), mark: nil))
            }
            answer[container.id] = statistics
        }
        return answer
    }
}

import CLinux
import FoundationEssentials
import Glibc
public import Isolation

extension ProcessLauncher {
    /// Starts the command in the container's control group, as a child of ours that does not outlive us.
    public func runBeside(
        _ container: ContainerContext, _ plan: LaunchPlan, _ beside: CommandBeside
    ) async throws -> Termination {
        let (record, supervisor) = try record(container)
        guard supervisor.isAlive else {
            throw BulkheadError(
                .notRunning, "container \(container.id)", "its process has ended", remedy: "launch it again")
        }
        let (places, mark) = (ProcessPlaces(container), "BULKHEAD_BESIDE=\(UUID().uuidString)")
        let user = try TaskWords.check(beside.command)
        try places.make(beside.command, for: user)
        let task = try TaskWords(
            beside.command, of: record, more: plan.environment, places: places, user: user, script: BesideProcess.script)
        let streams = try BesideStreams(beside, for: user)
        let process = try BesideProcess(task.words, task.environment + [mark], streams, in: record.group)
        do {
            try await process.go()
            await beside.commandRuns()
            try await streams.attend(process, beside.streams)
            await process.end(mark)
            return process.termination
        } catch {
            await process.end(mark)
            throw error
        }
    }
}

/// A process beside a container's own: the leader of a session, with a guard in it that ends all of it when we die.
final class BesideProcess: Sendable {
    /// Descriptor 3 brings a line when the command is to run, and its end when it is to be over. The guard is no child of
    /// the command, which may wait for all that it has, and ignores what the command is sent.
    static let script = """
        read -r bulkhead_nonce <&3 || exit 0
        ( (
            trap '' HUP INT QUIT TERM USR1 USR2
            exec </dev/null >/dev/null 2>&1
            read -r bulkhead_nonce <&3
            kill -s KILL -- -$$
        ) & )
        exec 3<&-
        unset bulkhead_nonce
        \(Supervisor.command)
        """

    let running: ProgramCall.Running
    private let life: Descriptor

    init(_ words: [String], _ environment: [String], _ streams: BesideStreams, in group: ControlGroup) throws {
        let life = try Descriptor.pipe(.writes)
        var spawn = Spawn(
            arguments: words.map(RawText.decode), environment: environment.map(RawText.decode), directory: "/",
            descriptors: streams.theirs)
        spawn.descriptors[3] = life.theirs
        spawn.terminal = streams.terminal?.path
        running = ProgramCall.Running(pid: try spawn.start())
        self.life = life.ours
        life.theirs.disconnect()
        streams.isStarted()
        // Where it cannot be, the container's own command could not either; its status says so.
        try? group.add(running.pid)
    }

    func go() async throws { try await life.write(Array("go\n".utf8)) }

    /// Ends what is left of it, in other sessions too.
    func end(_ mark: String) async {
        running.signal(SIGKILL)
        life.disconnect()
        await shielded { [running] in
            try? await running.ends()
            let deadline = ContinuousClock.now + ProcessLauncher.patience
            while ContinuousClock.now < deadline {
                let left = ProcessTable.read().members(of: [], mark: mark).filter { !$0.isDead }
                if left.isEmpty { return }
                for entry in left { kill(entry.pid, SIGKILL) }
                // Some are no children of ours, whose end we would hear of; new ones may come until all are gone.
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    var termination: Termination {
        let status = running.status
        return Termination(Outcome(ofShell: status), evidence: ["process \(running.pid): status \(status)"])
    }
}

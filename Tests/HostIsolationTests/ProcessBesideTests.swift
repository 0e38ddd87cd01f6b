import Foundation
import Isolation
import IsolationTestSupport
import Synchronization
import TestSupport
import Testing

@testable import HostIsolation

/// Commands beside a container's own, on the host.
@Suite struct ProcessBesideTests {
    private let trial: HostTrial
    private let launcher: ProcessLauncher

    init() throws {
        trial = try HostTrial(["sh", "-c", "while :; do sleep 0.1; done"])
        launcher = ProcessLauncher(places: trial.places, owner: "a test")
    }

    private func running(_ body: () async throws -> Void) async throws {
        try await launcher.start(trial.here, LaunchPlan())
        let command = Task { try await trial.execute(launcher) }
        let runs = trial.runs
        try await trial.bounded { try await runs.value() }
        try await body()
        command.cancel()
        _ = await command.result
        try await trial.stop(launcher)
    }

    private func beside(_ command: TaskCommand, _ streams: CommandStreams) async throws -> Termination {
        let (here, launcher) = (trial.here, launcher)
        return try await trial.bounded {
            try await launcher.runBeside(here, LaunchPlan(), CommandBeside(command, streams: streams))
        }
    }

    private func expect(_ outcome: Outcome, of command: TaskCommand, _ caller: Caller) async throws {
        let end = try await beside(command, caller.streams).outcome
        #expect(end == outcome, "\(String(decoding: caller.complaints, as: UTF8.self))")
    }

    private func shell(_ script: String, _ change: (inout TaskCommand) -> Void = { _ in }) -> TaskCommand {
        var command = TaskCommand(arguments: ["sh", "-c", script])
        change(&command)
        return command
    }

    @Test func itIsWhereTheContainerIs() async throws {
        try await running {
            let caller = Caller()
            let command = shell("pwd; echo $HELLO$BULKHEAD_MACHINE; id -un; cat /proc/self/cgroup") {
                $0.environment = [.init(name: "HELLO", value: "hello ")]
            }
            try await expect(.exited(0), of: command, caller)
            let lines = String(decoding: caller.received, as: UTF8.self).split(separator: "\n")
            try #require(lines.count > 2)
            #expect(lines[0].hasSuffix(trial.here.ownSandbox) && lines[2] == "root", "\(lines)")
            #expect(lines[1] == "hello \(trial.here.record.machine.uuidString)")
            let record = try #require(ProcessRecord.read(in: trial.here.directory))
            if !record.group.directories.isEmpty {
                #expect(lines[3...].contains { $0.contains("bulkhead-") }, "\(lines)")
            }
        }
    }

    /// In a session of its own, with its ends of all streams let go of: it stays for nobody.
    @Test func whatItLeavesEndsWithIt() async throws {
        try await running {
            let caller = Caller()
            let script = "setsid sleep 1000 & sleep 1000 & echo $! >number; exit 3"
            try await expect(.exited(3), of: shell(script), caller)
            let machine = "BULKHEAD_MACHINE=\(trial.here.record.machine.uuidString)"
            let left = ProcessTable.read().members(of: [], mark: machine).filter { !$0.isDead }
            let commands = left.map { textFile("/proc/\($0.pid)/cmdline") ?? "" }
            #expect(!commands.contains { $0.contains("1000") }, "\(commands)")
        }
    }

    @Test func itHasATerminal() async throws {
        try await running {
            let caller = Caller()
            let (sizes, resized) = AsyncStream.makeStream(of: (Int, Int).self)
            var streams = caller.streams
            streams.terminal = TerminalRequest(type: "vt100", columns: 100, rows: 30)
            streams.windowSizes = sizes
            let asked = Journal()
            streams.input = {
                asked.note("")
                if asked.all.count == 1 {
                    try await caller.awaitText("30 100")
                    return Array("first\n".utf8)
                }
                try await caller.awaitText("got first")
                resized.yield((90, 20))
                try await caller.awaitText("20 90")
                return [3]
            }
            let command = shell(
                "trap 'stty size' WINCH; trap 'exit 6' INT; tty >/dev/null && stty size; read -r line; echo got $line; "
                    + "while :; do sleep 0.05; done"
            ) { $0.terminal = true }
            let termination = try await beside(command, streams)
            let text = String(decoding: caller.received, as: UTF8.self)
            #expect(termination.outcome == .exited(6), "\(text)")
            #expect(text.hasPrefix("30 100\r\n") && text.contains("got first\r\n") && text.contains("20 90"), "\(text)")
        }
    }

    @Test func badInputIsRefused() async throws {
        try await running {
            let caller = Caller()
            await #expect(throws: BulkheadError.self) { try await beside(TaskCommand(arguments: []), caller.streams) }
            let nobody = shell("true") { $0.user = "nobody-of-this-name" }
            await #expect(throws: BulkheadError.self) { try await beside(nobody, caller.streams) }
            try await expect(.exited(127), of: TaskCommand(arguments: ["/no/program"]), caller)
            #expect(String(decoding: caller.complaints, as: UTF8.self).contains("commandNotFound: /no/program"))
        }
        let (here, launcher) = (trial.here, launcher)
        let error = await #expect(throws: BulkheadError.self) {
            try await launcher.runBeside(
                here, LaunchPlan(), CommandBeside(shell("true"), streams: Caller().streams))
        }
        #expect(error?.reason == .notRunning)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root")) func itRunsAsItsUser() async throws {
        try await running {
            let caller = Caller()
            let command = shell("id -un; tty") {
                $0.user = "nobody"
                $0.terminal = true
                $0.directory = "/"
            }
            try await expect(.exited(0), of: command, caller)
            #expect(String(decoding: caller.received, as: UTF8.self).hasPrefix("nobody\r\n/dev/pts/"))
        }
    }
}

extension Caller {
    fileprivate func awaitText(_ text: String) async throws {
        try await eventually("“\(text)”", within: .seconds(20)) {
            String(decoding: self.received, as: UTF8.self).contains(text) ? true : nil
        }
    }
}

import Isolation
import Synchronization
import TestSupport

extension LauncherContract {
    /// A command of its own runs meanwhile, and goes on.
    private func besideTrial(_ body: (LauncherTrial) async throws -> Void) async throws {
        try await trial(commands.sleeps) { trial in
            let command = trial.execute()
            try await trial.awaitCommand()
            try await body(trial)
            try demand(try await trial.found?.isRunning == true, "the machine runs on")
            command.cancel()
            _ = await Result { try await trial.end(of: command) }
        }
    }

    func besideTrueEnd() async throws {
        guard canRunBeside else { return try await besideRefused() }
        try await besideTrial { trial in
            for (command, wanted) in [(commands.exitsWith7, Outcome.exited(7)), (commands.killedBy9, .signalled(9))] {
                let beside = trial.beside(command)
                let outcome = try await trial.end(of: beside.task)
                try demand(outcome == wanted, "runBeside gives \(wanted), not \(outcome)")
                try demand(beside.runs.all.count == 1, "its commandRuns is called once")
            }
        }
    }

    private func besideRefused() async throws {
        try await besideTrial { trial in
            let ending = await Result { try await trial.end(of: trial.beside(commands.exitsWith7).task) }
            guard case .failure(let error as BulkheadError) = ending, error.reason == .unsupported else {
                throw ContractBreach(description: "what cannot run beside is refused as unsupported, not \(ending)")
            }
        }
    }

    func besideStreams() async throws {
        guard canRunBeside else { return }
        try await besideTrial { trial in
            let prints = trial.beside(commands.prints)
            try demand(try await trial.end(of: prints.task) == .exited(0), "printing ends with 0")
            try demand(prints.output == "to out\n", "the output comes once: “\(prints.output)”")
            try demand(prints.errors == "to err\n", "the errors come once: “\(prints.errors)”")
            let copies = trial.beside(commands.copies, input: ["first ", "second"])
            try demand(try await trial.end(of: copies.task) == .exited(0), "its input ends")
            try demand(copies.output == "first second", "its input comes whole: “\(copies.output)”")
            try demand(trial.file("stdout").isEmpty, "nothing of it is in the container's own log")
        }
    }

    func besideHeedsCancellation() async throws {
        guard canRunBeside else { return }
        try await besideTrial { trial in
            let beside = trial.beside(commands.leavesNumber)
            try await eventually("output “here”", within: limit) { beside.output.contains("here") ? true : nil }
            let finds = try await trial.end(of: trial.beside(commands.findsNumber).task)
            try demand(finds == .exited(0), "the command runs: \(finds)")
            beside.task.cancel()
            let ending = await Result { try await trial.end(of: beside.task) }
            guard case .failure(let error) = ending, error is CancellationError else {
                throw ContractBreach(description: "a cancelled runBeside() throws CancellationError, not \(ending)")
            }
            let gone = try await trial.end(of: trial.beside(commands.findsNumber).task)
            try demand(gone == .exited(1), "a cancelled command is gone: \(gone)")
        }
    }

    func besideHearsItsSignals() async throws {
        guard canRunBeside else { return }
        try await besideTrial { trial in
            let beside = trial.beside(commands.waitsForSignal)
            try await eventually("output “before”", within: limit) { beside.output.contains("before\n") ? true : nil }
            beside.signals.yield(10)
            let outcome = try await trial.end(of: beside.task)
            try demand(outcome == .exited(5), "the command heard the signal: \(outcome)")
            try demand(beside.output == "before\nafter\n", "its output is whole: “\(beside.output)”")
        }
    }
}

/// A command beside another, and what came of it.
final class BesideTrial: Sendable {
    private let out = Mutex<[UInt8]>([])
    private let err = Mutex<[UInt8]>([])
    let runs = Journal()
    let signals: AsyncStream<Int32>.Continuation
    let task: Task<Termination, any Error>

    var output: String { out.withLock { String(decoding: $0, as: UTF8.self) } }
    var errors: String { err.withLock { String(decoding: $0, as: UTF8.self) } }

    init(_ trial: LauncherTrial, _ command: TaskCommand, _ input: [String]) {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        signals = continuation
        let rest = Rest(input.map { Array($0.utf8) })
        let begun = Once<BesideTrial>()
        let streams = CommandStreams(
            input: { rest.next() },
            output: { bytes in try await begun.value().out.withLock { $0 += bytes } },
            errors: { bytes in try await begun.value().err.withLock { $0 += bytes } }, signals: stream)
        let (launcher, here, plan, runs) = (trial.launcher, trial.here, trial.plan, runs)
        let beside = CommandBeside(command, streams: streams) { runs.note("runs") }
        task = Task { try await launcher.runBeside(here, plan, beside) }
        begun.fulfil(.success(self))
    }
}

private final class Rest: Sendable {
    private let parts: Mutex<[[UInt8]]>
    init(_ parts: [[UInt8]]) { self.parts = Mutex(parts) }
    func next() -> [UInt8]? { parts.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
}

extension LauncherTrial {
    func beside(_ command: TaskCommand, input: [String] = []) -> BesideTrial { BesideTrial(self, command, input) }
}

import Isolation

extension LauncherContract {
    func trueEnd(_ command: TaskCommand, _ wanted: Outcome) async throws {
        try await trial(command) { trial in
            let outcome = try await trial.end(of: trial.execute())
            try demand(outcome == wanted, "execute gives \(wanted), not \(outcome)")
        }
    }

    func outputOnce() async throws {
        try await trial(commands.prints) { trial in
            let outcome = try await trial.end(of: trial.execute())
            try demand(outcome == .exited(0), "printing ends with 0, not \(outcome)")
            try demand(trial.file("stdout") == "to out\n", "stdout holds the output once: “\(trial.file("stdout"))”")
            try demand(trial.file("stderr") == "to err\n", "stderr holds the errors once: “\(trial.file("stderr"))”")
        }
    }

    func tellsOnce() async throws {
        try await trial(commands.exitsWith7) { trial in
            _ = try await trial.end(of: trial.execute())
            try demand(trial.runs.all.count == 1, "commandRuns is called once, not \(trial.runs.all.count) times")
        }
    }

    func stopBeforeStart() async throws {
        try await trial(commands.sleeps, started: false) { trial in
            try await trial.stop()
            try await trial.demandGone()
        }
    }

    func stopBeforeCommand() async throws {
        try await trial(commands.sleeps) { trial in
            try await trial.stop()
            try await trial.demandGone()
        }
    }

    func stopWhileCommandRuns() async throws {
        try await trial(commands.sleeps) { trial in
            let command = trial.execute()
            try await trial.awaitCommand()
            try await trial.stop()
            try await trial.demandGone()
            let ending = await Result { try await trial.end(of: command) }
            if case .success(.exited(let status)) = ending {
                throw ContractBreach(
                    description: "a command that was stopped does not claim to have exited (\(status))")
            }
            if case .failure(let error as BulkheadError) = ending, error.subject == "end of command" {
                throw ContractBreach(description: "execute ends when the machine was stopped")
            }
        }
    }

    func stopAfterCommand() async throws {
        try await trial(commands.exitsWith7) { trial in
            _ = try await trial.end(of: trial.execute())
            try await trial.stop()
            try await trial.demandGone()
        }
    }

    func stopTwice() async throws {
        try await trial(commands.sleeps) { trial in
            try await trial.stop()
            try await trial.stop()
            try await trial.restarted().stop()
            try await trial.demandGone()
        }
    }

    func endedHeedsCancellation() async throws {
        try await trial(commands.sleeps) { trial in
            let (launcher, here) = (trial.launcher, trial.here)
            let waiter = Task { try await launcher.ended(here) }
            waiter.cancel()
            let ending = await Result { try await trial.end(of: waiter) }
            guard case .failure(let error) = ending, error is CancellationError else {
                throw ContractBreach(description: "a cancelled ended() throws CancellationError, not \(ending)")
            }
            try demand(try await trial.found?.isRunning == true, "the machine runs on")
        }
    }

    func executeHeedsCancellation() async throws {
        try await trial(commands.sleeps) { trial in
            let command = trial.execute()
            try await trial.awaitCommand()
            command.cancel()
            let ending = await Result { try await trial.end(of: command) }
            guard case .failure(let error) = ending, error is CancellationError else {
                throw ContractBreach(description: "a cancelled execute() throws CancellationError, not \(ending)")
            }
        }
    }
}

extension Result where Failure == any Error {
    /// The end of an asynchronous call, as a value.
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

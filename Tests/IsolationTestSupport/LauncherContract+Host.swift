import Foundation
import Isolation

extension LauncherContract {
    func signalReachesCommand() async throws {
        try await trial(commands.waitsForSignal) { trial in
            let command = trial.execute()
            try await trial.awaitCommand()
            try await trial.awaitOutput("before\n")
            await trial.launcher.signal(10, to: trial.here)
            let outcome = try await trial.end(of: command)
            try demand(outcome == .exited(5), "the command heard the signal: \(outcome)")
            try demand(trial.file("stdout") == "before\nafter\n", "its output is whole: “\(trial.file("stdout"))”")
        }
    }

    func signalWithoutCommand() async throws {
        try await trial(commands.sleeps) { trial in
            await trial.launcher.signal(15, to: trial.here)
            try demand(try await trial.found?.isRunning == true, "a signal without a command changes nothing")
        }
    }

    func listsItsMachine() async throws {
        try await trial(commands.sleeps) { trial in
            let found = try await trial.found
            try demand(found?.isRunning == true, "machines() lists a started machine as running")
            try demand(found?.owner != nil, "it bears our tag")
            let other = try await trial.restarted()
            try demand(try await other.found == found, "another launcher on this host sees the same")
        }
    }

    func removesOrphan() async throws {
        try await trial(commands.sleeps) { trial in
            let other = try await trial.restarted()
            guard let orphan = try await other.found else { throw ContractBreach(description: "machines() lists it") }
            try await other.bounded("remove") { try await other.launcher.remove(orphan) }
            try await other.demandGone()
            try await other.bounded("remove") { try await other.launcher.remove(orphan) }
        }
    }

    /// Of two that run and one that never did.
    func statisticsOfMany() async throws {
        let launcher = try await makeLauncher()
        try await trial(commands.sleeps, with: launcher) { first in
            try await trial(commands.sleeps, with: launcher) { second in
                try await trial(commands.sleeps, started: false, with: launcher) { never in
                    let contexts = [first.here, second.here, never.here]
                    let answer = try await first.bounded("statistics") { try await launcher.statistics(contexts) }
                    for one in [first, second] {
                        try demand(answer[one.here.id] != nil, "statistics() knows each machine that runs")
                    }
                    try demand(answer[never.here.id] == nil, "statistics() invents none")
                    let none = try await first.bounded("statistics") { try await launcher.statistics([]) }
                    try demand(none.isEmpty, "statistics() of none is empty")
                }
            }
        }
    }

    func resumesRunningCommand() async throws {
        try await trial(commands.waitsForSignal) { trial in
            let other = try await left(trial)
            let command = other.execute(isResumed: true)
            // A launcher may need a moment to find the command again, and drop what comes before.
            let insisting = Task {
                while !Task.isCancelled {
                    await other.launcher.signal(10, to: other.here)
                    try await Task.sleep(for: .milliseconds(200))
                }
            }
            defer { insisting.cancel() }
            try await demandWhole(other, command)
        }
    }

    /// Nobody looks while the command ends. Should the host be so slow that it still runs then, the answer is the same.
    func resumesEndedCommand() async throws {
        try await trial(commands.speaksTwice) { trial in
            let other = try await left(trial)
            try await Task.sleep(for: .seconds(1))
            try await demandWhole(other, other.execute(isResumed: true))
        }
    }

    /// Runs the command to its first output and stops to follow it, as a process does that is killed.
    private func left(_ trial: LauncherTrial) async throws -> LauncherTrial {
        let command = trial.execute()
        try await trial.awaitCommand()
        try await trial.awaitOutput("before\n")
        command.cancel()
        _ = await Result { try await trial.end(of: command) }
        return try await trial.restarted()
    }

    private func demandWhole(_ trial: LauncherTrial, _ command: Task<Termination, any Error>) async throws {
        let outcome = try await trial.end(of: command)
        try demand(outcome == .exited(5), "a followed command's end is told truly: \(outcome)")
        let output = trial.file("stdout")
        try demand(output == "before\nafter\n", "what it wrote is there once: “\(output)”")
    }
}

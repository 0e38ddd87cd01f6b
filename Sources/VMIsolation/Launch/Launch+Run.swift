import Foundation
import Isolation
import SSH

extension Launch {
    /// Brings the launcher script and the `--put` files into the guest.
    func copy(to session: GuestSession) async throws {
        let script = try LauncherScript(
            request.command, container: request.id, template: engine.templates + "/launcher.sh")
        self.script = script
        let puts = request.puts
        try await rung(.copy, timeout: { Launch.silent(.copy, "its session", "files were not taken") }) {
            try await session.put(script: script)
            for put in puts { try await session.put(put) }
        }
    }

    /// Runs the command and finds out how it ended.
    func execute(in session: GuestSession) async throws -> Outcome {
        guard let script else { throw CancellationError() }
        let (streams, limit) = (streams, request.timeLimit)
        let terminal = request.command.terminal ? streams.terminal : nil
        running = session
        defer { running = nil }
        do {
            return try await rung(.run, timeout: { Launch.slow(.run) }) {
                try await session.run(script, streams: streams, terminal: terminal, limit: limit)
            }
        } catch let error as BulkheadError where error.reason == .connectionLost {
            // The session may break a moment before libvirt says why.
            throw await verdict() ?? error
        }
    }

    private func verdict() async -> (any Error)? {
        guard let watch = try? await started.value() else { return nil }
        let outcome = try? await within(.seconds(2), otherwise: { Launch.slow(.run) }) {
            try await withThrowingTaskGroup(of: Outcome.self) { group in
                group.addTask { try await watch.end.value() }
                group.addTask {
                    try await watch.reboot.value()
                    return .guestRebooted
                }
                defer { group.cancelAll() }
                return try await group.next() ?? .destroyed
            }
        }
        return outcome.map { GuestEnded(outcome: $0) }
    }

    /// Brings the `--get` files out, also after a command that failed.
    func fetch(from session: GuestSession) async throws {
        let gets = request.gets
        guard !gets.isEmpty else { return }
        do {
            try await rung(.fetch, timeout: { Launch.silent(.fetch, "its session", "files did not come") }) {
                for get in gets { await self.note(try await session.get(get), of: get) }
            }
        } catch {
            if error is CancellationError { throw error }
            report.fetchFailure = explain(error)
        }
    }

    private func note(_ summary: ExtractionSummary, of get: Transfer) {
        guard summary.leftOut > 0 else { return }
        report.leftOut.append(LeftOut(guest: get.guest, count: summary.leftOut, notes: summary.notes))
    }
}

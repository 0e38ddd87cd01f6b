import Foundation
import Isolation
import Libvirt

/// One launch, from a request to nothing left: prepare, start, lease, port, host key, login, copy, run, fetch, clean up.
actor Launch {
    let request: LaunchRequest
    let engine: Engine
    let streams: CommandStreams
    let clock: StageClock
    let link: HostLink
    var row: Ledger.Container?
    var lock: FileLock?
    var machine: Machine?
    /// Comes when the domain runs.
    let started = Once<DomainWatch>()
    var script: LauncherScript?
    /// Set while the command runs: where its signals go.
    var running: GuestSession?
    var report: LaunchReport

    init(
        _ request: LaunchRequest, engine: Engine, streams: CommandStreams,
        observe: @escaping @Sendable (Timeline.Entry) -> Void
    ) {
        self.request = request
        self.engine = engine
        self.streams = streams
        clock = StageClock(budgets: request.budgets, observe: observe)
        link = HostLink(uri: engine.connection)
        report = LaunchReport(
            container: request.id, outcome: .destroyed, timeline: Timeline(), resources: request.resources)
    }

    func run() async -> LaunchReport {
        report.outcome = await outcomeOrInterruption()
        if report.kept == nil { await cleanUp() }
        lock?.remove()
        report.timeline = clock.timeline
        return report
    }

    /// The climb, cut short by a signal that comes before there is a command to take it.
    private func outcomeOrInterruption() async -> Outcome {
        await withTaskGroup(of: Outcome?.self) { group in
            group.addTask { await self.outcome() }
            group.addTask { await self.passSignals() }
            group.addTask {
                await (try? self.started.value())?.run()
                return nil
            }
            while let end = await group.next() {
                guard let end else { continue }
                group.cancelAll()
                return end
            }
            return .destroyed
        }
    }

    private func passSignals() async -> Outcome? {
        for await number in streams.signals {
            guard let running else { return .interrupted(number) }
            await running.send(signal: number)
        }
        return nil
    }

    private func outcome() async -> Outcome {
        do {
            return try await climb()
        } catch is CancellationError {
            return .destroyed
        } catch {
            let stage = clock.timeline.current ?? .prepare
            let named = explain(error)
            if let ended = error as? GuestEnded, stage >= .run { return ended.outcome }
            return stage < .run ? .launchFailed(stage, named) : .hostFailed(named)
        }
    }

    private func climb() async throws -> Outcome {
        let machine = try await prepare()
        try await start(machine)
        let session = try await reach(machine)
        try await copy(to: session)
        let outcome = try await execute(in: session)
        try await fetch(from: session)
        if request.keep { try keep(machine, session) }
        return outcome
    }
}

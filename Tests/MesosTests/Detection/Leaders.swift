import Mesos
import Synchronization
import TestSupport

/// What a detector tells, to be taken one by one.
final class Leaders: Sendable {
    private struct State {
        var found: [UPID?] = []
        var error: (any Error)?
        var work: Task<Void, Never>?
    }

    private let state = Mutex(State())

    init(of detector: any MasterDetector) {
        let leaders = detector.leaders()
        let work = Task { [weak self] in
            do { for try await leader in leaders { self?.state.withLock { $0.found.append(leader) } } } catch {
                self?.state.withLock { $0.error = error }
            }
        }
        state.withLock { $0.work = work }
    }

    deinit { state.withLock { $0.work }?.cancel() }

    func next(within limit: Duration = .seconds(60)) async throws -> UPID? {
        try await eventually("news of the leader", within: limit) { () -> UPID?? in
            try state.withLock { state in
                if state.found.isEmpty, let error = state.error { throw error }
                return state.found.isEmpty ? nil : .some(state.found.removeFirst())
            }
        }
    }

    /// Passes over other news.
    func awaitLeader(_ leader: UPID?, within limit: Duration = .seconds(60)) async throws {
        let end = ContinuousClock.now + limit
        while try await next(within: end - ContinuousClock.now) != leader {}
    }

    func error(within limit: Duration = .seconds(60)) async throws -> DetectionError? {
        try await eventually("an error", within: limit) { state.withLock { $0.error } } as? DetectionError
    }

    /// Whether nothing waits to be taken.
    var isQuiet: Bool { state.withLock { $0.found.isEmpty && $0.error == nil } }
}

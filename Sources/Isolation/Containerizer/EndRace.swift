/// The machine ended while something else was waited for.
struct MachineEnded: Error {
    let termination: Termination
}

/// The race between the command's end, the machine's, and limits: what was seen so far, and who wins. It decides; the
/// containerizer waits and acts.
struct EndRace {
    enum Ending: Sendable {
        case command(Termination)
        case machine(Termination)
        case limit(Limitation)
        /// An isolator cannot watch any more.
        case failed(any Error)
        /// Contact was lost; the machine may say why in a moment.
        case lost(any Error)
        case patienceOver
    }

    enum Decision {
        case over(Result<Termination, any Error>)
        /// For what may explain it, then `patienceOver`.
        case wait
        /// SIGTERM and time to heed it, then `patienceOver`.
        case endGently(Duration)
        case none
    }

    private var reached: Limitation?
    private var loss: (any Error)?
    private var unexplained: Termination?
    /// False once the command itself has ended.
    private(set) var isTimeCounted = true

    /// Something is still to be done, such as fetching files, for which no time limit holds.
    mutating func commandEnded() { isTimeCounted = false }

    /// - Parameter isRunning: the command runs, or did.
    mutating func decide(on ending: Ending, isRunning: Bool) -> Decision {
        switch ending {
        case .command(let termination): return .over(.success(reached?.termination ?? termination))
        case .machine(let termination):
            if let reached { return .over(.success(reached.termination)) }
            guard isRunning else { return .over(.failure(MachineEnded(termination: termination))) }
            guard termination.outcome == .monitorKilled else { return .over(.success(termination)) }
            // An isolator may be about to say why.
            unexplained = termination
            return .wait
        case .limit(let limitation):
            if let unexplained { return .over(.success(limitation.termination.with(unexplained.evidence))) }
            guard reached == nil, isTimeCounted || limitation.limit != .time else { return .none }
            reached = limitation
            return limitation.grace.map { .endGently($0) } ?? .over(.success(limitation.termination))
        case .failed(let error): return .over(.failure(error))
        case .lost(let error):
            if error is CancellationError { return .none }
            loss = error
            return .wait
        case .patienceOver:
            if let known = reached?.termination ?? unexplained { return .over(.success(known)) }
            return loss.map { .over(.failure($0)) } ?? .none
        }
    }
}

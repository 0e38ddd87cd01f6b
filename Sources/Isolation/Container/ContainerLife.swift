/// The life of one container. It decides; the ``Containerizer`` acts.
///
/// One step is under way at a time. Launching goes up: each isolator prepares, the launcher starts, each isolator
/// isolates, the command executes. Destroying goes down the same way, and what went up comes down exactly once.
public struct ContainerLife: Hashable, Codable, Sendable {
    public enum State: Hashable, Codable, Sendable {
        /// Isolators add to the plan. Next: `starting`, `destroying`.
        case preparing
        /// The launcher was asked, so a machine may exist; the command does not run yet. Next: `running`, `destroying`.
        case starting
        /// The command runs. Next: `kept`, `destroying`.
        case running
        /// The command has ended and the machine was to stay. Next: `destroying`.
        case kept(Termination)
        /// What was made is undone in reverse. Next: `terminated`.
        case destroying(Termination)
        /// Everything is verified gone. Nothing follows.
        case terminated(Termination)
    }

    public enum Step: Hashable, Codable, Sendable {
        /// By its number in the list of isolators.
        case prepare(Int)
        case start
        case isolate(Int)
        /// From the first contact to the end of the command.
        case execute
        case stop
        case cleanUp(Int)
        /// The container's own files and its place in the ledger.
        case close
    }

    public enum Action: Hashable, Sendable {
        case perform(Step)
        /// The step under way is to end early; what comes next is said when it has ended.
        case cancel(Step)
        case none
    }

    public private(set) var state = State.preparing
    /// What is under way.
    public private(set) var step: Step?
    /// How many isolators take part.
    private var isolators: Int
    /// How many of them have begun to prepare: only those clean up.
    private var prepared = 0
    private var started = false
    private var launched = false
    /// What is still to be undone, the next one first; nil until that begins.
    private var remaining: [Step]?
    private var failed: [Step] = []

    public init(isolators: Int) { self.isolators = isolators }

    /// The first reason of termination, once there is one.
    public var termination: Termination? {
        switch state {
        case .preparing, .starting, .running: nil
        case .kept(let reason), .destroying(let reason), .terminated(let reason): reason
        }
    }

    /// Destroying came to a halt with something left; ``destroy(because:)`` goes on.
    public var isHalted: Bool {
        if case .destroying = state { step == nil } else { false }
    }

    /// The step under way belongs to a launch that is not wanted any more.
    public var isCancelled: Bool {
        if case .destroying = state { step != nil && remaining == nil } else { false }
    }

    /// Begins the launch; a second call changes nothing.
    public mutating func launch() -> Action {
        guard state == .preparing, !launched else { return .none }
        launched = true
        return up(after: nil)
    }

    /// The command runs from now on.
    ///
    /// - Returns: false where that comes too late to matter.
    public mutating func commandRuns() -> Bool {
        guard state == .starting, step == .execute else { return false }
        state = .running
        return true
    }

    /// The command has ended, or the machine under it.
    ///
    /// - Parameter keeping: the machine is to stay.
    public mutating func commandEnded(because reason: Termination, keeping: Bool) -> Action {
        guard step == .execute else { return .none }
        step = nil
        if case .destroying = state { return down() }
        guard keeping, state == .running else { return beginDestroying(because: reason) }
        state = .kept(reason)
        return .none
    }

    /// The files of a command whose end nobody waited for were brought out, or were not.
    public mutating func broughtOut(_ leftOut: [LeftOut], _ flaw: BulkheadError?) {
        guard case .destroying(var reason) = state else { return }
        reason.leftOut += leftOut
        if let flaw { reason.flaws.append(flaw) }
        state = .destroying(reason)
    }

    /// A step has ended well, or was cancelled and has ended. A command's end has a reason: ``commandEnded(because:keeping:)``.
    public mutating func succeeded(_ ended: Step) -> Action {
        guard step == ended, ended != .execute || isCancelled else { return .none }
        step = nil
        guard case .destroying(let reason) = state else { return up(after: ended) }
        guard remaining?.first == ended else { return down() }
        remaining?.removeFirst()
        guard ended == .close else { return down() }
        state = .terminated(reason)
        return .none
    }

    /// A step has failed. On the way up that is a reason to destroy. On the way down the rest is undone all the same,
    /// unless the machine could not be stopped: it may still use what the others would take away.
    public mutating func failed(_ ended: Step, because reason: Termination) -> Action {
        guard step == ended else { return .none }
        step = nil
        guard case .destroying = state else { return beginDestroying(because: reason) }
        guard remaining?.first == ended else { return down() }
        guard case .cleanUp = ended else { return halt() }
        failed.append(ended)
        remaining?.removeFirst()
        return down()
    }

    /// May come in any state and more than once; the first reason wins. What an earlier attempt left is tried again.
    public mutating func destroy(because reason: Termination) -> Action {
        switch state {
        case .preparing, .starting, .running:
            guard let step else { return beginDestroying(because: reason) }
            state = .destroying(reason)
            return .cancel(step)
        case .kept(let first): return beginDestroying(because: first)
        case .destroying: return step == nil ? down() : .none
        case .terminated: return .none
        }
    }

    /// Puts a stored life in order after a restart: no step is under way, and any may have been, so whatever might exist
    /// counts as existing.
    ///
    /// - Parameter isolators: how many there are now; their list may have changed between two processes.
    /// - Returns: the command's step where it may run still; for all others ``destroy(because:)`` says what comes next.
    public mutating func recovered(isolators count: Int? = nil) -> Action {
        isolators = count ?? isolators
        (launched, started, prepared, remaining, failed, step) = (true, true, isolators, nil, [], nil)
        guard state == .running else { return .none }
        step = .execute
        return .perform(.execute)
    }

    private mutating func up(after ended: Step?) -> Action {
        let step: Step
        if prepared < isolators {
            step = .prepare(prepared)
            prepared += 1
        } else if !started {
            step = .start
            started = true
            state = .starting
        } else if case .isolate(let last)? = ended, last + 1 < isolators {
            step = .isolate(last + 1)
        } else if ended == .start, isolators > 0 {
            step = .isolate(0)
        } else {
            step = .execute
        }
        self.step = step
        return .perform(step)
    }

    private mutating func beginDestroying(because reason: Termination) -> Action {
        state = .destroying(reason)
        return down()
    }

    private mutating func down() -> Action {
        let list = remaining ?? (started ? [.stop] : []) + (0..<prepared).reversed().map { .cleanUp($0) } + [.close]
        remaining = list
        guard list.first != .close || failed.isEmpty else { return halt() }
        step = list.first
        return list.first.map { .perform($0) } ?? .none
    }

    /// Stops where it is; what failed comes first when it is tried again.
    private mutating func halt() -> Action {
        remaining = failed + (remaining ?? [])
        failed = []
        return .none
    }
}

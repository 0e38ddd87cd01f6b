/// The life of one executor. It decides; ``Executors`` stores and acts.
public struct ExecutorLife: Hashable, Sendable {
    public enum State: String, Sendable {
        /// Its container is being launched, or runs, and it has not subscribed yet. Next: `running`, `terminating`.
        case registering
        /// It has subscribed; whether its stream is open now makes no difference. Next: `terminating`.
        case running
        /// It is to end. Next: `terminated`.
        case terminating
        /// Its container has ended. Nothing follows.
        case terminated
    }

    public enum Reception: Hashable, Sendable {
        case welcome
        /// It gets SHUTDOWN and nothing else.
        case dismissal
    }

    public private(set) var state: State

    public init(_ state: State = .registering) { self.state = state }

    /// - Parameter hasWork: it was sent a task before, or one waits for it.
    public mutating func subscribe(hasWork: Bool) -> Reception {
        switch state {
        case .registering, .running:
            state = hasWork ? .running : .terminating
            return hasWork ? .welcome : .dismissal
        case .terminating, .terminated: return .dismissal
        }
    }

    /// - Returns: false where it is to end already.
    public mutating func shutDown() -> Bool {
        guard state == .registering || state == .running else { return false }
        state = .terminating
        return true
    }

    /// - Returns: false where its container's end was known before.
    public mutating func ended() -> Bool {
        defer { state = .terminated }
        return state != .terminated
    }
}

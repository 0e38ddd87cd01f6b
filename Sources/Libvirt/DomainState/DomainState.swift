/// What a domain does, and why. Source: `virDomainState` and the reasons of each.
public enum DomainState: Hashable, Sendable {
    case noState(NoStateReason)
    case running(RunningReason)
    case blocked(BlockedReason)
    case paused(PausedReason)
    /// The guest shuts down; the domain is still active.
    case shuttingDown(ShutdownReason)
    case shutOff(ShutOffReason)
    case crashed(CrashedReason)
    /// Suspended by the guest's own power management.
    case pmSuspended(PMSuspendedReason)
    /// A state that this version does not know.
    case unknown(state: Int32, reason: Int32)

    /// From libvirt's numbers.
    public init(state: Int32, reason: Int32) {
        self =
            switch state {
            case 0: .noState(NoStateReason(rawValue: reason))
            case 1: .running(RunningReason(rawValue: reason))
            case 2: .blocked(BlockedReason(rawValue: reason))
            case 3: .paused(PausedReason(rawValue: reason))
            case 4: .shuttingDown(ShutdownReason(rawValue: reason))
            case 5: .shutOff(ShutOffReason(rawValue: reason))
            case 6: .crashed(CrashedReason(rawValue: reason))
            case 7: .pmSuspended(PMSuspendedReason(rawValue: reason))
            default: .unknown(state: state, reason: reason)
            }
    }
}

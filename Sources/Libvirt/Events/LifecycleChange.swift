/// What happened to a domain's life, and why. Source: `virDomainEventType` and the details of each.
public enum LifecycleChange: Hashable, Sendable {
    case defined(DefinedDetail)
    case undefined(UndefinedDetail)
    case started(StartedDetail)
    /// The guest's processors were stopped.
    case suspended(SuspendedDetail)
    case resumed(ResumedDetail)
    case stopped(StoppedDetail)
    /// The guest begins to shut down.
    case shutdown(ShutdownDetail)
    /// Suspended by the guest's own power management.
    case pmSuspended(PMSuspendedDetail)
    case crashed(CrashedDetail)
    /// A change that this version does not know.
    case unknown(type: Int32, detail: Int32)

    /// From libvirt's numbers.
    public init(type: Int32, detail: Int32) {
        self =
            switch type {
            case 0: .defined(DefinedDetail(rawValue: detail))
            case 1: .undefined(UndefinedDetail(rawValue: detail))
            case 2: .started(StartedDetail(rawValue: detail))
            case 3: .suspended(SuspendedDetail(rawValue: detail))
            case 4: .resumed(ResumedDetail(rawValue: detail))
            case 5: .stopped(StoppedDetail(rawValue: detail))
            case 6: .shutdown(ShutdownDetail(rawValue: detail))
            case 7: .pmSuspended(PMSuspendedDetail(rawValue: detail))
            case 8: .crashed(CrashedDetail(rawValue: detail))
            default: .unknown(type: type, detail: detail)
            }
    }
}

public import FoundationEssentials

/// Something that happened to a domain.
///
/// A hint: when it is read the domain may be elsewhere already.
public struct DomainEvent: Hashable, Sendable {
    /// Counts the events of one stream from 0. A gap tells that events were dropped because they were not read in time.
    public let sequence: UInt64
    /// The domain's name.
    public let name: String
    /// The domain's UUID.
    public let uuid: UUID
    public let content: Content

    /// What happened.
    public enum Content: Hashable, Sendable {
        case lifecycle(LifecycleChange)
        /// The guest rebooted; the domain goes on.
        case reboot
        case watchdog(WatchdogAction)
        case ioError(IOError)
        /// libvirt lost control of the domain's hypervisor.
        case controlError
        /// The balloon leaves so much memory to the guest.
        case balloonChange(Kibibytes)
        case guestAgent(GuestAgentState, GuestAgentReason)
        case memoryFailure(MemoryFailure)
    }
}

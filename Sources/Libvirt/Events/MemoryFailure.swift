/// A failure of the host's memory that concerns a domain. Source: `virConnectDomainEventMemoryFailureCallback`.
public struct MemoryFailure: Hashable, Sendable {
    public let recipient: Recipient
    public let action: Action
    /// The guest must act on it. Source: `VIR_DOMAIN_MEMORY_FAILURE_ACTION_REQUIRED`.
    public let actionRequired: Bool
    /// It came while an earlier one was dealt with. Source: `VIR_DOMAIN_MEMORY_FAILURE_RECURSIVE`.
    public let recursive: Bool

    init(recipient: Int32, action: Int32, flags: UInt32) {
        self.recipient = Recipient(rawValue: recipient)
        self.action = Action(rawValue: action)
        actionRequired = flags & 1 != 0
        recursive = flags & 2 != 0
    }
}

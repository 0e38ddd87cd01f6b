/// A disk of a domain failed to read or write. Source: `virConnectDomainEventIOErrorReasonCallback`.
public struct IOError: Hashable, Sendable {
    /// The host's file or device; may be empty.
    public let path: String
    /// libvirt's name of the guest's device.
    public let device: String
    public let action: IOErrorAction
    /// Such as `enospc`; may be empty.
    public let reason: String
}

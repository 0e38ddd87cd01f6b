/// The sizes of a disk, in bytes. Source: `virDomainBlockInfo`.
public struct BlockInfo: Hashable, Sendable {
    /// What the guest sees.
    public let capacity: UInt64
    /// What is in use on the host.
    public let allocation: UInt64
    /// The length of the image's file or device.
    public let physical: UInt64
}

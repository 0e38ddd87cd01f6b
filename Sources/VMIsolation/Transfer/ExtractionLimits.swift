public import Isolation

/// How much a guest may write to the host by one archive, and what of it is not wanted.
public struct ExtractionLimits: Hashable, Sendable {
    /// The sum of all files, in bytes.
    public var bytes: Int64 = 64 << 30
    /// Entries and records about them.
    public var entries = 1_000_000
    /// Components of a path.
    public var depth = 128
    /// Bytes of a path.
    public var pathBytes = 4095
    /// Bytes of one extension record, such as a long name.
    public var recordBytes = 64 << 10
    /// Names right below the archive's top that are passed over with all that they hold.
    public var unwanted: Set<[UInt8]> = []
    /// Hard links, devices and pipes are left out and noted, instead of ending the extraction.
    public var leavesOutStrangers = false

    public init() {}

    /// What a disk of this size can have on it: our scratch disks have a file for each 4 KiB at most, and one may take an
    /// entry and a record.
    public init(ofDisk size: Memory) {
        bytes = Int64(clamping: size.bytes)
        entries = min(entries, max(1000, Int(clamping: size.bytes >> 11)))
    }
}

/// How much a guest may write to the host by one archive.
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

    public init() {}
}

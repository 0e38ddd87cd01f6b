/// How much of a log is kept.
public struct LogLimits: Hashable, Codable, Sendable {
    /// No file of a log grows beyond this.
    public let fileSize: Memory
    /// Rotated files that stay beside the live one: at least one, as its name tells where the live file begins.
    public let kept: Int

    /// Both are at least 1: one byte, one file.
    public init(fileSize: Memory = .mebibytes(10), kept: Int = 2) {
        self.fileSize = max(fileSize, Memory(bytes: 1))
        self.kept = max(kept, 1)
    }

    /// What all files of one log have together at most.
    public var total: Memory { Memory(bytes: fileSize.bytes * UInt64(kept + 1)) }
}

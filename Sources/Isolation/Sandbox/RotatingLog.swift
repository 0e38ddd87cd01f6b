import Synchronization

/// A stream of bytes in files of bounded size: the live one, `NAME`, and the last rotated ones, each `NAME.OFFSET` by
/// the place of its first byte in the stream.
///
/// Names and sizes alone tell how much was ever appended, so a process that was killed in between goes on exactly. One
/// log has one writer at a time, the process that claims its container; tasks of that may append side by side.
public final class RotatingLog: Sendable {
    private let files: Mutex<LogFiles>

    /// Opens a log, and goes on with one that exists.
    ///
    /// - Throws: ``BulkheadError`` with `stateUnusable` or `diskFull`.
    public init(directory: String, name: String, limits: LogLimits = LogLimits()) throws(BulkheadError) {
        files = Mutex(try LogFiles(OpenDirectory(directory), name, limits))
    }

    /// How many bytes were ever appended, by former processes too, and those that are gone included.
    public var offset: UInt64 { files.withLock { $0.offset } }

    /// Appends all bytes, in as many files as they need. Where this throws, ``offset`` tells how many were taken.
    ///
    /// - Throws: ``BulkheadError`` with `diskFull`, or `stateUnusable` where somebody removed, replaced or changed what we
    ///   write.
    public func append(_ bytes: [UInt8]) throws(BulkheadError) {
        try files.withLock { files throws(BulkheadError) in try files.append(bytes) }
    }
}

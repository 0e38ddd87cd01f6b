import Glibc

/// A container's directory on the host, which outlives it: logs of the command and what it leaves.
public struct Sandbox: Sendable {
    public enum Log: String, CaseIterable, Sendable {
        case output = "stdout"
        case errors = "stderr"
        case console = "console.log"
    }

    /// How the launch went and how the container ended.
    public static let journal = "launch.json"
    /// A sandbox with more files and directories is not counted to its end.
    static let mostEntries = 1_000_000
    static let mostLevels = 64

    public let directory: String

    /// Makes the directory where there is none; one that exists keeps its mode.
    ///
    /// - Throws: ``BulkheadError`` with `stateUnusable`, where a link is in its place too.
    public init(_ directory: String) throws(BulkheadError) {
        self.directory = directory
        guard mkdir(directory, 0o711) == 0 || errno == EEXIST else {
            throw BulkheadError.storing("directory \(directory)", errno)
        }
        _ = try OpenDirectory(directory)
    }

    /// One that was made earlier; each call finds out whether it is still there.
    public init(existing directory: String) { self.directory = directory }

    public func log(_ log: Log, limits: LogLimits = LogLimits()) throws(BulkheadError) -> RotatingLog {
        try RotatingLog(directory: directory, name: log.rawValue, limits: limits)
    }

    static func tooMany(in path: String) -> BulkheadError {
        BulkheadError(
            .diskFull, "directory \(path)", "more than \(mostEntries) entries or \(mostLevels) levels",
            remedy: "let the task leave fewer files there")
    }
}

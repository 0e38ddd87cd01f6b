import FoundationEssentials

/// Where Bulkhead keeps what belongs to this host: the ledger, one directory for each container, and what ended
/// containers leave. docs/disk-layout.md draws it.
public struct StateDirectory: Sendable {
    public let root: String
    /// Images and templates of scratch disks; may be shared between states and be made anew at any time.
    public let cache: String

    /// Where things would be; nothing is made.
    public init(at root: String, cache: String) {
        self.root = root
        self.cache = cache
    }

    /// Makes what is missing of it.
    ///
    /// - Throws: ``BulkheadError`` with `stateUnusable`.
    public init(root: String, cache: String) throws(BulkheadError) {
        self.init(at: root, cache: cache)
        // The machine monitor's user, and a process container's, must walk through, but need not look around.
        for directory in [root, root + "/containers", root + "/sandboxes", cache, cache + "/scratch"] {
            try make(directory, mode: 0o711)
        }
        for directory in ["history", "locks"] { try make(root + "/" + directory, mode: 0o700) }
    }

    public var ledger: String { root + "/ledger.sqlite" }
    public func container(_ id: ContainerID) -> String { "\(root)/containers/\(id)" }
    /// Outlives its container; in the agent's working directory.
    public func sandbox(_ id: ContainerID) -> String { "\(root)/sandboxes/\(id)" }
    public func lock(_ id: ContainerID) -> String { "\(root)/locks/\(id)" }
    public func history(_ id: ContainerID) -> String { "\(root)/history/\(id)" }

    public func make(_ directory: String, mode: Int) throws(BulkheadError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
        } catch {
            throw BulkheadError(
                .stateUnusable, "directory \(directory)", "\(error)",
                remedy: "run as a user who may write there, or set BULKHEAD_STATE_DIR and BULKHEAD_CACHE_DIR")
        }
    }
}

import Glibc

extension Containerizer {
    /// Takes the sandbox of a container that has ended away from its name, and forgets the container's result.
    ///
    /// - Parameter path: where it is moved, on the same file system, for whoever removes it.
    /// - Returns: false where something of that name lives, in this process or in another one: then nothing was done.
    /// - Throws: ``BulkheadError`` with `fileUnwritable`, `diskFull` or `stateUnusable`.
    public func moveSandbox(of id: ContainerID, to path: String) throws(BulkheadError) -> Bool {
        guard containers[id] == nil, let claim = try store.claim(id) else { return false }
        defer { claim.end() }
        let record = try store.record(id)
        if let record {
            guard case .terminated = record.life.state else { return false }
        }
        let sandbox = places.sandbox(id)
        try SystemCallError.writing("sandbox \(sandbox)") {
            _ = try SystemCallError.check("rename") { rename(sandbox, path) }
        }
        if record != nil { try store.remove(id) }
        return true
    }
}

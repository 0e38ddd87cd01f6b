import Glibc

extension Sandbox {
    /// Disk space of everything in it: what is allocated, so that holes cost nothing. Links are not followed, nor other
    /// file systems entered.
    ///
    /// - Throws: ``BulkheadError`` with `stateUnusable` where there is more in it than can be counted in good time.
    public func size() throws(BulkheadError) -> Memory {
        let top = try OpenDirectory(directory)
        let device = try top.status().st_dev
        var (bytes, seen) = (UInt64(0), 0)
        var pending = [[String]()]
        while let path = pending.popLast() {
            guard path.count <= Self.mostLevels else { throw Self.tooMany(in: directory) }
            guard let place = try open(path, in: top) else { continue }
            for entry in try place.entries(limit: Self.mostEntries - seen) where entry.status.st_dev == device {
                seen += 1
                bytes += entry.isDirectory ? entry.allocated : entry.allocated / UInt64(max(entry.status.st_nlink, 1))
                if entry.isDirectory { pending.append(path + [entry.name]) }
            }
        }
        return Memory(bytes: bytes)
    }

    /// Removes rotated logs, oldest first, until the sandbox is within a limit. A log's newest rotated file stays: its
    /// name tells how long the stream is.
    ///
    /// - Throws: ``BulkheadError`` with `diskFull` where what is left is still too much.
    public func enforce(_ limit: Memory) throws(BulkheadError) {
        let used = try size()
        var excess = used > limit ? used.bytes - limit.bytes : 0
        let top = try OpenDirectory(directory)
        let entries = try top.entries(limit: Self.mostEntries)
        let files = Log.allCases.flatMap { LogFiles.expendable(of: $0.rawValue, among: entries) }
        for file in files.sorted(by: { $0.changed < $1.changed }) where excess > 0 {
            guard unlinkat(top.descriptor, file.name, 0) == 0 || errno == ENOENT else { throw top.failure(file.name) }
            excess -= min(excess, file.allocated)
        }
        guard excess == 0 else {
            throw BulkheadError(
                .diskFull, "sandbox \(directory)",
                "it holds \(used) of \(limit) allowed, and rotated logs are not enough",
                remedy: "let the task leave less, or ask for more with --disk")
        }
    }

    /// - Returns: nil where the task removed it meanwhile.
    private func open(_ path: [String], in top: OpenDirectory) throws(BulkheadError) -> OpenDirectory? {
        var place = top
        for name in path {
            guard let next = try place.directory(name) else { return nil }
            place = next
        }
        return place
    }
}

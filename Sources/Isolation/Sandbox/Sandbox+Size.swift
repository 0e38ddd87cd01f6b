import Glibc

extension Sandbox {
    /// Disk space of everything in it: what is allocated, so that holes cost nothing. Links are not followed, nor other
    /// file systems entered.
    ///
    /// - Throws: ``BulkheadError`` with `diskFull` where there is more in it than can be counted in good time, or
    ///   `stateUnusable` where it was removed or replaced.
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

import Glibc

extension Sandbox {
    /// Removes the directory with everything in it; one that is gone already is fine. Links are removed, not followed, and
    /// no other file system is entered.
    ///
    /// - Throws: ``BulkheadError`` with `cleanupIncomplete`, or `stateUnusable` where a link is in its place.
    public func remove() throws(BulkheadError) {
        var status = stat()
        if lstat(directory, &status) != 0 && errno == ENOENT { return }
        let top = try OpenDirectory(directory)
        while true {
            let entries = try top.entries(limit: .max)
            guard !entries.isEmpty else { break }
            for entry in entries {
                if entry.isDirectory { try lift(entry.name, in: top) }
                try check(unlinkat(top.descriptor, entry.name, entry.isDirectory ? AT_REMOVEDIR : 0), entry.name)
            }
        }
        try check(rmdir(directory), "")
    }

    /// Empties a directory, its own directories into the top one: a task may leave them at any depth, and this way we
    /// never go down further than one level.
    private func lift(_ name: String, in top: OpenDirectory) throws(BulkheadError) {
        guard let place = try top.directory(name) else { return }
        guard try place.status().st_dev == top.status().st_dev else { throw left(name, "something is mounted there") }
        for entry in try place.entries(limit: .max) {
            if entry.isDirectory {
                let fresh = ".removed-" + String(UInt64.random(in: .min ... .max), radix: 36)
                try check(renameat(place.descriptor, entry.name, top.descriptor, fresh), entry.name)
            } else {
                try check(unlinkat(place.descriptor, entry.name, 0), entry.name)
            }
        }
    }

    private func check(_ result: Int32, _ name: String) throws(BulkheadError) {
        guard result == 0 || errno == ENOENT else { throw left(name, String(cString: strerror(errno))) }
    }

    private func left(_ name: String, _ why: String) -> BulkheadError {
        BulkheadError(
            .cleanupIncomplete, "sandbox \(directory)/\(name)", why,
            remedy: "unmount what is mounted there, correct permissions, and remove it again")
    }
}

import Glibc

extension Sandbox {
    /// Puts a file of ours in whole, or not at all; what had the name before is replaced, a link too.
    ///
    /// - Throws: ``BulkheadError`` with `diskFull`, or `stateUnusable` where the sandbox was removed or replaced by a link.
    public func replace(_ name: String, with bytes: [UInt8]) throws(BulkheadError) {
        let place = try OpenDirectory(directory)
        // Always the same, so that what a killed process leaves is gone with the next one.
        let fresh = ".\(name).new"
        unlinkat(place.descriptor, fresh, 0)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = openat(place.descriptor, fresh, flags, 0o600)
        guard descriptor >= 0 else { throw place.failure(fresh) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw discard(fresh, place, place.failure(name)) }
            written += count
        }
        guard renameat(place.descriptor, fresh, place.descriptor, name) == 0 else {
            throw discard(fresh, place, place.failure(name))
        }
    }

    private func discard(_ fresh: String, _ place: OpenDirectory, _ error: BulkheadError) -> BulkheadError {
        unlinkat(place.descriptor, fresh, 0)
        return error
    }
}

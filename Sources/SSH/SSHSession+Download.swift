internal import Glibc

extension SSHSession {
    /// Reads a file of the far end, with its length and SHA-256 checked against what the far end counts afterwards.
    ///
    /// Needs a POSIX shell with `cat` and `sha256sum`; busybox has them.
    /// - Parameters:
    ///   - limit: the most bytes to accept.
    ///   - timeout: for the whole transfer.
    /// - Throws: ``SSHError`` of the step `download` (`limitExceeded`, `contentDiffers`, `commandFailed`), or of the
    ///   step that failed beneath it; `CancellationError`.
    public func download(_ path: String, limit: Int, within timeout: Duration) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await download(path, limit: limit, within: Deadline(in: timeout)) { bytes += $0 }
        return bytes
    }

    /// The same into a file of this host, of any size. The file is there whole, readable by its owner, or not at all;
    /// one that is there already is replaced.
    public func download(_ path: String, toFile file: String, limit: Int, within timeout: Duration) async throws {
        let part = file + ".part"
        unsafe unlink(part)
        let local = try LocalFile(part, flags: O_WRONLY | O_CREAT | O_EXCL, .download)
        do {
            try await download(path, limit: limit, within: Deadline(in: timeout)) {
                try await local.write($0, .download)
            }
            guard unsafe rename(part, file) == 0 else {
                throw SSHError(.download, .invalidArgument, "cannot write \(file)", errno: errno)
            }
        } catch {
            unsafe unlink(part)
            throw error
        }
    }

    private func download(
        _ path: String, limit: Int, within deadline: Deadline, to take: ([UInt8]) async throws -> Void
    ) async throws {
        try checkPath(path, .download)
        let word = path.shellWord
        let channel = try await execute("cat <\(word) && sha256sum <\(word) >&2")
        var proof = TransferProof()
        var words: [UInt8] = []
        while let piece = try await channel.read(within: deadline.left) {
            switch piece {
            case .standardOutput(let bytes):
                proof.update(bytes)
                if proof.length > limit {
                    throw SSHError(.download, .limitExceeded, "\(path) has more than \(limit) bytes")
                }
                try await take(bytes)
            case .standardError(let bytes):
                words += bytes
                if words.count > 64 << 10 {
                    throw SSHError(.download, .limitExceeded, "the far end complains without end")
                }
            }
        }
        let exit = try await channel.wait(within: deadline.left)
        if !exit.isSuccess { throw commandFailed(.download, exit, words) }
        try proof.check(words, .download, path)
    }
}

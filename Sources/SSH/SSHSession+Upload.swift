internal import Glibc

extension SSHSession {
    /// Bytes of a file that are in memory at a time.
    static let transferPiece = 256 << 10

    /// Writes a file at the far end: whole, with its SHA-256 checked there, or not at all.
    ///
    /// Needs a POSIX shell with `cat`, `chmod`, `mv`, `rm` and `sha256sum`; busybox has them. The bytes arrive in
    /// a file next to `path`, which takes its place at the end.
    /// - Parameters:
    ///   - mode: the new file's permission bits.
    ///   - timeout: for the whole transfer.
    /// - Throws: ``SSHError`` of the step `upload`, or of the step that failed beneath it; `CancellationError`.
    public func upload(
        _ bytes: [UInt8], to path: String, mode: UInt16 = 0o600, within timeout: Duration
    ) async throws {
        var proof = TransferProof()
        proof.update(bytes)
        var rest = bytes[...]
        try await upload(proof, to: path, mode: mode, within: Deadline(in: timeout)) {
            defer { rest = rest.dropFirst(Self.transferPiece) }
            return rest.isEmpty ? nil : Array(rest.prefix(Self.transferPiece))
        }
    }

    /// The same with a file of this host, of any size; it is read twice.
    public func upload(
        file: String, to path: String, mode: UInt16 = 0o600, within timeout: Duration
    ) async throws {
        let deadline = Deadline(in: timeout)
        var proof = TransferProof()
        let first = try LocalFile(file, flags: O_RDONLY, .upload)
        while let piece = try await first.read(Self.transferPiece, .upload) { proof.update(piece) }
        let local = try LocalFile(file, flags: O_RDONLY, .upload)
        try await upload(proof, to: path, mode: mode, within: deadline) {
            try await local.read(Self.transferPiece, .upload)
        }
    }

    /// One command takes it, sums it and gives it its name: each further one costs an emulated server milliseconds.
    private func upload(
        _ proof: TransferProof, to path: String, mode: UInt16, within deadline: Deadline,
        from next: () async throws -> [UInt8]?
    ) async throws {
        try checkPath(path, .upload)
        let name = "\(path).part-\(UInt64.random(in: .min ... .max))"
        let part = name.shellWord
        do {
            let permissions = mode == 0o600 ? "" : "&& chmod \(String(mode & 0o7777, radix: 8)) \(part) "
            let channel = try await execute(
                "umask 077; cat >\(part) \(permissions)&& h=$(sha256sum <\(part)) && echo \"$h\" "
                    + "&& if [ \"$h\" = '\(proof.words)' ]; then exec mv -f -- \(part) \(path.shellWord); fi")
            try await send(to: channel, within: deadline, from: next)
            try proof.check(try await finish(channel, .upload, within: deadline), .upload, path)
        } catch {
            // Unstructured, as this task may be cancelled; short, as the session may be gone.
            let cleaning = Task { try? await tell("rm -f -- \(part)", .upload, within: Deadline(in: .seconds(5))) }
            if !Task.isCancelled { await cleaning.value }
            throw error
        }
    }

    private func send(
        to channel: SSHChannel, within deadline: Deadline, from next: () async throws -> [UInt8]?
    ) async throws {
        do {
            while let piece = try await next() { try await channel.write(piece, within: deadline.left) }
            try await channel.finishInput(within: deadline.left)
        } catch let error as SSHError where error.reason == .closed && error.step == .input && isUsable {
            // The command ended early; it says why.
        }
    }

    /// Runs a short command that must succeed.
    private func tell(_ command: String, _ step: SSHError.Step, within deadline: Deadline) async throws {
        _ = try await finish(try await execute(command), step, within: deadline)
    }

    /// Takes what a command says to the end, and wants it to succeed. Returns its standard output.
    private func finish(
        _ channel: SSHChannel, _ step: SSHError.Step, within deadline: Deadline
    ) async throws -> [UInt8] {
        let result = try await channel.collect(limit: 16 << 10, within: deadline.left)
        if !result.exit.isSuccess { throw commandFailed(step, result.exit, result.standardError) }
        return result.standardOutput
    }

    func commandFailed(_ step: SSHError.Step, _ exit: SSHExit, _ words: [UInt8]) -> SSHError {
        let line = words.prefix(200).prefix { $0 != UInt8(ascii: "\n") }
        let text = String(decoding: line.map { $0 < 0x20 || $0 == 0x7f ? 0x20 : $0 }, as: UTF8.self)
        return SSHError(step, .commandFailed(exit), text.isEmpty ? "the far end gave no reason" : text)
    }

    func checkPath(_ path: String, _ step: SSHError.Step) throws(SSHError) {
        if path.isEmpty || path.utf8.contains(0) || path.utf8.count > 4000 {
            throw SSHError(step, .invalidArgument, "a path has 1 to 4000 bytes, none of them zero")
        }
    }
}

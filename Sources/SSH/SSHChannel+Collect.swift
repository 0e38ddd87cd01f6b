extension SSHChannel {
    /// Takes all that the command still writes, and its exit.
    ///
    /// - Parameter limit: bytes of both streams together.
    /// - Throws: ``SSHError``; with the step `output` and the reason `limitExceeded` if the command writes more.
    public func collect(limit: Int, within timeout: Duration) async throws -> SSHResult {
        let deadline = Deadline(in: timeout)
        var out: [UInt8] = []
        var err: [UInt8] = []
        while let piece = try await read(within: deadline.left) {
            switch piece {
            case .standardOutput(let bytes): out += bytes
            case .standardError(let bytes): err += bytes
            }
            if out.count + err.count > limit {
                throw SSHError(.output, .limitExceeded, "the command wrote more than \(limit) bytes")
            }
        }
        return SSHResult(exit: try await wait(within: deadline.left), standardOutput: out, standardError: err)
    }
}

extension SSHSession {
    /// Runs a short command to its end.
    ///
    /// - Parameters:
    ///   - input: its standard input, which ends after it.
    ///   - limit: bytes that it may write to both streams together.
    public func run(
        _ command: String, input: [UInt8] = [], limit: Int = 1 << 20, within timeout: Duration
    ) async throws -> SSHResult {
        let deadline = Deadline(in: timeout)
        let channel = try await execute(command)
        async let result = channel.collect(limit: limit, within: deadline.left)
        do {
            try await channel.write(input, within: deadline.left)
            try await channel.finishInput(within: deadline.left)
        } catch let error as SSHError where error.reason == .closed && error.step == .input {
            // A command need not read its input.
        }
        return try await result
    }
}

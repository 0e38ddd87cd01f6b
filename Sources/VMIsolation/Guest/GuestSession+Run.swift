import Isolation
import SSH

extension GuestSession {
    /// Runs the launcher script and finds out how its command ended.
    ///
    /// - Throws: ``BulkheadError`` with `connectionLost`, `resultMissing`, `resultForged` or `commandNotStarted`.
    func run(_ script: LauncherScript, streams: CommandStreams, terminal: PTYRequest?, limit: Duration?) async throws
        -> Outcome
    {
        let exit: SSHExit?
        let limitReached = Once<Void>()
        do {
            exit = try await withThrowingTaskGroup(of: SSHExit?.self) { group in
                group.addTask { try await stream(script, streams, terminal) }
                if let limit {
                    group.addTask {
                        try await Task.sleep(for: limit)
                        limitReached.fulfil(.success(()))
                        return try await end()
                    }
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch let error as SSHError { throw error.named("the command's session") }
        guard let exit, limitReached.current == nil else { return .timeLimit }
        return try await outcome(script, exit)
    }

    /// SIGTERM, and five seconds to heed it.
    private func end() async throws -> SSHExit? {
        await send(signal: 15)
        try await Task.sleep(for: .seconds(5))
        return nil
    }

    private func stream(_ script: LauncherScript, _ streams: CommandStreams, _ terminal: PTYRequest?) async throws
        -> SSHExit?
    {
        let channel = try await ssh.execute("exec sh \(LauncherScript.path)", pty: terminal)
        return try await withThrowingTaskGroup(of: SSHExit?.self) { group in
            group.addTask { try await pass(streams.input, to: channel) }
            if let sizes = streams.windowSizes {
                group.addTask {
                    for await (columns, rows) in sizes {
                        try await channel.resizePTY(columns: UInt16(clamping: columns), rows: UInt16(clamping: rows))
                    }
                    return nil
                }
            }
            group.addTask {
                try await deliver(channel, streams)
                return try await channel.wait()
            }
            defer { group.cancelAll() }
            while let exit = try await group.next() {
                if let exit { return exit }
            }
            return .unknown
        }
    }

    private func pass(_ input: (@Sendable () async throws -> [UInt8]?)?, to channel: SSHChannel) async throws
        -> SSHExit?
    {
        do {
            if let input {
                while let bytes = try await abandonable({ try await input() }) { try await channel.write(bytes) }
            }
            try await channel.finishInput()
        } catch let error as SSHError where [.input, .close].contains(error.step) {
            // The command does not read to the end; that is its own affair.
        }
        return nil
    }

    /// A reader that has gone away ends the command as a broken pipe would.
    private func deliver(_ channel: SSHChannel, _ streams: CommandStreams) async throws {
        var closed = false
        for try await chunk in channel.output where !closed {
            do {
                switch chunk {
                case .standardOutput(let bytes): try await abandonable { try await streams.output(bytes) }
                case .standardError(let bytes): try await abandonable { try await streams.errors(bytes) }
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                closed = true
                await send(signal: 13)
            }
        }
    }

    /// Success needs both: the channel's exit status, and the same in a file that only this launch's script can write.
    private func outcome(_ script: LauncherScript, _ exit: SSHExit) async throws -> Outcome {
        let bytes = try await output(of: "cat \(LauncherScript.result)", limit: 2048)
        guard let result = LauncherResult(bytes, nonce: script.nonce) else {
            throw BulkheadError(
                bytes.isEmpty ? .resultMissing : .resultForged, "the command's result",
                "the session says \(exit), the launcher's own file \(bytes.isEmpty ? "is not there" : "is not this launch's")",
                remedy: "the command removed or changed \(LauncherScript.directory)")
        }
        guard exit == .exited(UInt32(result.status)) else {
            throw BulkheadError(
                .resultForged, "the command's result", "the session says \(exit), the file \(result.status)",
                remedy: "the command changed \(LauncherScript.directory) or killed its launcher")
        }
        guard result.error.isEmpty else {
            throw BulkheadError(
                .commandNotStarted, "the command",
                "\(ConsoleLog.printable(result.error)) is not to be had in the guest",
                remedy: "give a --user and a --workdir that the guest has or can make")
        }
        if result.status == 137 && result.killedForMemory > 0 { return .outOfMemory }
        return result.status > 128 && result.status <= 128 + 64
            ? .signalled(result.status - 128) : .exited(result.status)
    }
}

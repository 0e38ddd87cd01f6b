import Isolation
import SSH

extension GuestSession {
    func run(_ command: String, streams: CommandStreams, terminal: TerminalRequest?) async throws -> Int32? {
        do {
            let channel = try await ssh.execute(command, pty: terminal.map { PTYRequest($0) })
            let end = try await stream(channel, streams, brokenPipe: GuestCommand.signal(13))
            guard case .exited(let status) = end else { return nil }
            return Int32(clamping: status)
        } catch let error as SSHError { throw error.named("the command's session") }
    }

    /// - Parameter brokenPipe: tells the command that nobody reads it any more.
    func stream(_ channel: SSHChannel, _ streams: CommandStreams, brokenPipe: String) async throws -> SSHExit {
        try await withThrowingTaskGroup(of: SSHExit?.self) { group in
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
                try await deliver(channel, streams, brokenPipe)
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
    private func deliver(_ channel: SSHChannel, _ streams: CommandStreams, _ brokenPipe: String) async throws {
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
                _ = try? await output(of: brokenPipe, limit: 4096, within: .seconds(10))
            }
        }
    }
}

extension PTYRequest {
    init(_ request: TerminalRequest) {
        self.init(
            terminal: request.type, columns: UInt16(clamping: request.columns), rows: UInt16(clamping: request.rows))
    }
}

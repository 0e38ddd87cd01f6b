internal import Dispatch

/// A command at the far end. Closed when the last reference to it is gone.
public final class SSHChannel: Sendable {
    let state: ChannelState
    let session: SSHSession

    init(_ state: ChannelState, of session: SSHSession) {
        self.session = session
        self.state = state
    }

    deinit {
        session.closeLater(state)
    }

    /// What the command writes, as it writes it, until it and all it started have closed both streams.
    ///
    /// Take it, or the command stops once the window (``SSHOptions/window``) is full. One reader at a time; reading may
    /// be given up and taken up again.
    public var output: Output { Output(channel: self) }

    /// The next piece of ``output``, nil at its end.
    /// - Throws: ``SSHError`` of the step `output`; `disconnected` if the connection broke before the end.
    public func read(within timeout: Duration? = nil) async throws -> SSHOutput? {
        try await session.nextOutput(of: self, within: timeout)
    }

    /// Returns when all bytes are on their way. When it throws, some of them may be.
    ///
    /// - Throws: ``SSHError`` of the step `input`; `closed` if the command has ended.
    public func write(_ bytes: [UInt8], within timeout: Duration? = nil) async throws {
        try await session.write(bytes, to: self, within: timeout)
    }

    /// Ends the command's standard input.
    public func finishInput(within timeout: Duration? = nil) async throws {
        try await session.finishInput(of: self, within: timeout)
    }

    /// Waits for the command's end. Take its ``output`` first, or meanwhile: an unread command may never end.
    public func wait(within timeout: Duration? = nil) async throws -> SSHExit {
        try await session.exit(of: self, within: timeout)
    }

    /// Tells the command's terminal its new size.
    public func resizePTY(columns: UInt16, rows: UInt16) async throws {
        try await session.resize(self, columns: columns, rows: rows)
    }

    /// Gives the channel up. The server is told; whether it ends the command is its own affair. May be called again.
    public func close() async {
        await session.close(self)
    }
}

extension SSHSession {
    nonisolated func closeLater(_ state: ChannelState) {
        executor.queue.async { self.assumeIsolated { $0.discard(state) } }
    }

    func close(_ channel: SSHChannel) {
        discard(channel.state)
    }
}

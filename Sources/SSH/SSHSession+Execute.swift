internal import CLibssh2

extension SSHSession {
    /// Starts a command, as the user's shell at the far end understands it.
    ///
    /// Commands may run at the same time. dropbear (2022.83) has a race there: it breaks the connection if one command
    /// ends just while another is being started, so give it short commands one after the other.
    /// - Parameter pty: a terminal for it; its standard error then comes with the standard output.
    /// - Throws: ``SSHError`` of the steps `channelOpen`, `terminal` or `command`; `CancellationError`.
    public func execute(_ command: String, pty: PTYRequest? = nil) async throws -> SSHChannel {
        try await execute(Array(command.utf8), pty: pty)
    }

    /// The same for a command that need not be text.
    public func execute(_ command: [UInt8], pty: PTYRequest? = nil) async throws -> SSHChannel {
        guard command.count <= 32 << 10 else {
            throw SSHError(.command, .invalidArgument, "a command has up to 32 KiB, this one \(command.count) bytes")
        }
        let channel = SSHChannel(try await openChannel(), of: self)
        do {
            if let pty { try await request(pty, on: channel.state) }
            try await start(command, on: channel.state)
        } catch {
            discard(channel.state)
            throw error
        }
        return channel
    }

    private func start(_ command: [UInt8], on state: ChannelState) async throws {
        try await perform(.command, within: options.timeouts.channel) { () throws(SSHError) -> Void? in
            let pointer = try unsafe self.pointer(of: state, .command)
            let status = unsafe command.withUnsafeBytes { bytes in
                unsafe guarded_channel_exec(pointer, bytes.baseAddress, UInt32(bytes.count))
            }
            if let result = try self.check(.command, Int(status)) { return result == 0 ? () : nil }
            if state.isClosed { throw SSHError(.command, .closed, "the server closed the channel unasked") }
            return nil
        }
    }

    /// A channel for a command, open when this returns. dropbear closes channels without a command whenever another
    /// command ends, so one that is closed already gives way to a new one.
    private func openChannel() async throws -> ChannelState {
        var channel = try await openOnce()
        for _ in 0..<3 where channel.hasEnded {
            discard(channel)
            channel = try await openOnce()
        }
        return channel
    }

    private func openOnce() async throws -> ChannelState {
        guard unsafe control != nil || failure != nil else {
            throw SSHError(.channelOpen, .invalidArgument, "the session is not authenticated")
        }
        let opening = Opening()
        openings.append(opening)
        goOnOpening()
        do {
            let number = try await perform(.channelOpen, within: options.timeouts.channel) {
                () throws(SSHError) -> UInt32? in
                if let failure = self.failure { throw failure.during(.channelOpen) }
                return try opening.result?.get().number
            }
            guard let channel = channels[number] else {
                throw SSHError(.channelOpen, .closed, "the channel was closed")
            }
            return channel
        } catch {
            opening.isAbandoned = true
            if case .success(let channel) = opening.result { discard(channel) }
            throw error
        }
    }

    private func request(_ pty: PTYRequest, on state: ChannelState) async throws {
        try await perform(.terminal, within: options.timeouts.channel) { () throws(SSHError) -> Void? in
            let pointer = try unsafe self.pointer(of: state, .terminal)
            let status = unsafe guarded_channel_request_pty(
                pointer, pty.terminal, UInt32(pty.terminal.utf8.count), CInt(pty.columns), CInt(pty.rows))
            return try self.check(.terminal, Int(status)).map { _ in }
        }
    }

    /// The channel for libssh2, if both it and the session still work.
    func pointer(of state: ChannelState, _ step: SSHError.Step) throws(SSHError) -> OpaquePointer {
        if let failure { throw failure.during(step) }
        guard let pointer = unsafe state.pointer, !state.isDiscarded else {
            throw SSHError(step, .closed, "the channel is closed")
        }
        return unsafe pointer
    }
}

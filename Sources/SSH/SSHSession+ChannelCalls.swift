internal import CLibssh2

// What an `SSHChannel` asks of its session.
extension SSHSession {
    func nextOutput(of channel: SSHChannel, within timeout: Duration?) async throws -> SSHOutput? {
        let state = channel.state
        let piece = try await perform(.output, within: timeout) { () throws(SSHError) -> SSHOutput?? in
            if let piece = state.output.popFirst() { return .some(piece) }
            if state.isDiscarded { throw SSHError(.output, .closed, "the channel is closed") }
            if state.hasEnded { return .some(nil) }
            if let failure = self.failure { throw failure.during(.output) }
            return nil
        }
        if let piece, failure == nil {
            state.credit += piece.bytes.count
            grant(state)
            flush()
        }
        return piece
    }

    func write(_ bytes: [UInt8], to channel: SSHChannel, within timeout: Duration?) async throws {
        if bytes.isEmpty { return }
        let state = channel.state
        let input = InputBuffer(bytes)
        do {
            try await perform(.input, within: timeout) { () throws(SSHError) -> Void? in
                _ = try unsafe self.pointer(of: state, .input)
                if state.isClosed { throw SSHError(.input, .closed, "the command has ended") }
                if state.input.map(\.isFinished) ?? true, !input.isFinished { state.input = input }
                self.feed(state)
                return input.isFinished ? () : nil
            }
        } catch {
            if state.input === input { input.abandon() }
            throw error
        }
    }

    func finishInput(of channel: SSHChannel, within timeout: Duration?) async throws {
        let state = channel.state
        try await perform(.input, within: timeout) { () throws(SSHError) -> Void? in
            let pointer = try unsafe self.pointer(of: state, .input)
            if state.isClosed { return () }
            self.feed(state)
            guard state.input.map(\.isFinished) ?? true else { return nil }
            return try self.check(.input, Int(unsafe guarded_channel_send_eof(pointer))).map { _ in }
        }
    }

    func exit(of channel: SSHChannel, within timeout: Duration?) async throws -> SSHExit {
        let state = channel.state
        return try await perform(.exit, within: timeout) { () throws(SSHError) -> SSHExit? in
            if state.isClosed, !state.isDiscarded { return state.exit ?? .unknown }
            // Said before the connection broke: still the truth.
            if self.failure != nil, !state.isDiscarded, let exit = state.exit { return exit }
            _ = try unsafe self.pointer(of: state, .exit)
            return nil
        }
    }

    func resize(_ channel: SSHChannel, columns: UInt16, rows: UInt16) async throws {
        let state = channel.state
        try await perform(.terminal, within: options.timeouts.channel) { () throws(SSHError) -> Void? in
            let pointer = try unsafe self.pointer(of: state, .terminal)
            return try self.check(.terminal, Int(unsafe guarded_channel_resize_pty(pointer, CInt(columns), CInt(rows))))
                .map { _ in }
        }
    }
}

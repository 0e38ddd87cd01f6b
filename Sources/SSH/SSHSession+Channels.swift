internal import CLibssh2

// Everything here runs while libssh2 may not read from the socket, so nothing waits for the server.
extension SSHSession {
    /// Moves what libssh2 holds for the channel into our own queue, at once and whole: libssh2 keeps a list that gets
    /// slow and large with many small packets. The window, not the queue, stops a server whose output nobody takes.
    func drain(_ channel: ChannelState) {
        guard let pointer = unsafe channel.pointer, !channel.isClosed else { return }
        for stream in [0, SSH_EXTENDED_DATA_STDERR] {
            while channel.window > 0 {
                let size = unsafe min(scratch.count, channel.window)
                let count = unsafe guarded_channel_read(pointer, stream, scratch.baseAddress, size)
                guard count > 0 else {
                    if count < 0 && count != Int(LIBSSH2_ERROR_EAGAIN) { return fail(error(.output, Int32(count))) }
                    break
                }
                channel.window -= count
                if channel.isDiscarded { continue }
                unsafe channel.output.append(UnsafeRawBufferPointer(rebasing: scratch[..<count]), isError: stream != 0)
            }
        }
        if !channel.hasEnded { channel.hasEnded = unsafe libssh2_channel_eof(pointer) == 1 }
        if channel.hasEnded { channel.isClosed = unsafe guarded_channel_wait_closed(pointer) == 0 }
    }

    /// Lets the server send as much again as has been taken, in few large steps.
    func grant(_ channel: ChannelState) {
        guard let pointer = unsafe channel.pointer, !channel.hasEnded, !channel.isDiscarded else { return }
        if channel.grant == nil {
            guard channel.credit >= max(1, options.window / 4) else { return }
            channel.grant = channel.credit
            channel.credit = 0
        }
        guard let grant = channel.grant else { return }
        let status = unsafe guarded_channel_adjust_window(pointer, UInt(grant))
        if status == LIBSSH2_ERROR_EAGAIN { return }
        if status < 0 { return fail(error(.output, status)) }
        channel.grant = nil
        channel.window += grant
    }

    /// Gives libssh2 what it takes of the write under way.
    func feed(_ channel: ChannelState) {
        guard let pointer = unsafe channel.pointer, let input = channel.input else { return }
        while !input.isFinished, !transport.outbound.isFull {
            let count = unsafe input.bytes.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[input.offset..<input.end])
                return unsafe guarded_channel_write(pointer, rest.baseAddress, rest.count)
            }
            if count < 0 && count != Int(LIBSSH2_ERROR_EAGAIN) {
                if Int32(count) == LIBSSH2_ERROR_CHANNEL_CLOSED || Int32(count) == LIBSSH2_ERROR_CHANNEL_EOF_SENT {
                    return
                }
                return fail(error(.input, Int32(count)))
            }
            if count <= 0 { return }
            input.offset += count
        }
        writeWaits = writeWaits || !input.isFinished
    }

    /// Opens channels, one after the other.
    func goOnOpening() {
        while failure == nil, let opening = openings.first {
            var status: Int32 = 0
            let pointer = unsafe guarded_channel_open(session, 0, 32768, &status)
            if status == LIBSSH2_ERROR_EAGAIN { return }
            openings.removeFirst()
            if let pointer = unsafe pointer {
                opened(unsafe ChannelState(pointer, number: transport.confirmedChannel), opening)
            } else {
                let error = error(.channelOpen, status)
                opening.result = .failure(error)
                if error.code == .assertionFailed || error.reason == .disconnected { fail(error) }
            }
        }
    }

    private func opened(_ channel: ChannelState, _ opening: Opening) {
        channels[channel.number] = channel
        channel.credit = max(options.window, 32 << 10)
        channel.isDiscarded = opening.isAbandoned
        grant(channel)
        opening.result = .success(channel)
    }

    /// Frees the channels that nobody wants any more, as soon as the server lets us.
    func reap() {
        for channel in channels.values where channel.isDiscarded && failure == nil {
            guard let pointer = unsafe channel.pointer else { continue }
            let status = unsafe guarded_channel_free(pointer)
            if status == LIBSSH2_ERROR_EAGAIN { continue }
            if status == LibSSH2Code.assertionFailed.rawValue { return fail(error(.close, status)) }
            unsafe channel.pointer = nil
            channel.isClosed = true
            channels[channel.number] = nil
        }
    }

    /// From here on the channel is ours alone: what still comes is thrown away, and it is closed and freed.
    func discard(_ channel: ChannelState) {
        guard !channel.isDiscarded else { return }
        channel.isDiscarded = true
        channel.output.removeAll()
        settle()
    }
}

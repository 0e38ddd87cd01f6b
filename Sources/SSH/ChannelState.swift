internal import CLibssh2

/// A session's side of one channel.
/// `@unchecked Sendable`: it is only carried elsewhere; the session alone looks inside, on its queue.
@safe final class ChannelState: @unchecked Sendable {
    /// Nil once libssh2 has freed it.
    var pointer: OpaquePointer?
    /// Our number of the channel.
    let number: UInt32
    /// What the server may still send: granted, and not read from libssh2.
    var window = 0
    /// Bytes taken by the reader and not yet granted again.
    var credit = 0
    /// A grant that libssh2 has begun to send.
    var grant: Int?
    var output = OutputQueue()
    var input: InputBuffer?
    /// The server will send no more data, and all of it is in `output`.
    var hasEnded = false
    var isClosed = false
    var exit: SSHExit?
    /// Nobody wants the output any more; the channel is being closed.
    var isDiscarded = false

    init(_ pointer: OpaquePointer, number: UInt32) {
        unsafe self.pointer = unsafe pointer
        self.number = number
    }
}

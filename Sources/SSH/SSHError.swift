/// Why a step on an SSH session failed.
public struct SSHError: Error, Hashable, Sendable {
    /// What was tried. On a session that failed as a whole, the step that was under way.
    public enum Step: String, Sendable {
        case connect, banner, handshake, hostKey, authentication
        case channelOpen, terminal, command, input, output, exit
        case upload, download, keepAlive, close
    }

    public enum Reason: Hashable, Sendable {
        /// Nothing listens on the port.
        case refused
        /// No route, no answer to ARP, or another error of the socket; see ``SSHError/errno``.
        case unreachable
        /// The step's own budget ran out.
        case timedOut
        /// The server, or the network, ended the connection.
        case disconnected
        /// SHA-256 fingerprints as `ssh-keygen -l` prints them.
        case wrongHostKey(expected: String, actual: String)
        /// The server refused the key, the channel or the request.
        case denied
        /// The server does not speak SSH as it should, or shares no method with us.
        case protocolViolation
        /// The server made us hold, or the file has, more than the limit given.
        case limitExceeded
        /// Length or SHA-256 at the far end differ from what was sent or received.
        case contentDiffers
        /// A command of ours at the far end failed.
        case commandFailed(SSHExit)
        /// ``SSHSession/close(within:)`` or ``SSHChannel/close()`` was called.
        case closed
        /// An argument cannot be used.
        case invalidArgument
    }

    public let step: Step
    public let reason: Reason
    /// libssh2's own words, or ours where libssh2 was not asked. Nothing that the server wrote but for the
    /// standard error of a transfer's command, cut to a line.
    public let message: String
    public let code: LibSSH2Code?
    public let errno: Int32?

    init(_ step: Step, _ reason: Reason, _ message: String, code: LibSSH2Code? = nil, errno: Int32? = nil) {
        self.step = step
        self.reason = reason
        self.message = message
        self.code = code
        self.errno = errno
    }

    /// The same failure, as the cause why another step could not be done.
    func during(_ step: Step) -> SSHError {
        SSHError(step, reason, message, code: code, errno: errno)
    }
}

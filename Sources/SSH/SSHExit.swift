/// How a command at the far end ended, as its server says.
public enum SSHExit: Hashable, Sendable {
    case exited(UInt32)
    /// - Parameters:
    ///   - name: without `SIG`, up to 32 letters and digits; other names become `?`.
    ///   - message: the server's words, up to 256 bytes, control characters replaced.
    case signalled(name: String, message: String)
    /// The channel was closed and nothing was said. Never a success.
    case unknown

    /// True for exit code 0 alone.
    public var isSuccess: Bool {
        self == .exited(0)
    }
}

extension SSHExit: CustomStringConvertible {
    public var description: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signalled(let name, let message): message.isEmpty ? "signal \(name)" : "signal \(name): \(message)"
        case .unknown: "no exit status"
        }
    }
}

internal import Glibc

extension SSHError: CustomStringConvertible {
    public var description: String {
        var text = "SSH \(step.rawValue): \(reason): \(message)"
        if let code { text += " (libssh2 \(code.rawValue))" }
        if let errno { text += " (\(Self.words(of: errno)))" }
        return text
    }

    /// The system's words for an error number.
    static func words(of errno: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard unsafe strerror_r(errno, &buffer, buffer.count) == 0 else { return "errno \(errno)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension SSHError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused: "connection refused"
        case .unreachable: "unreachable"
        case .timedOut: "timed out"
        case .disconnected: "disconnected"
        case .wrongHostKey(let expected, let actual): "wrong host key, expected \(expected), got \(actual)"
        case .denied: "denied"
        case .protocolViolation: "protocol violation"
        case .limitExceeded: "limit exceeded"
        case .contentDiffers: "content differs"
        case .commandFailed(let exit): "command failed (\(exit))"
        case .closed: "closed"
        case .invalidArgument: "invalid argument"
        }
    }
}

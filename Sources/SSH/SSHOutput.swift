/// A piece of what a command wrote; never empty. The order within each stream is kept, that between the two is not.
public enum SSHOutput: Hashable, Sendable {
    case standardOutput([UInt8])
    case standardError([UInt8])

    public var bytes: [UInt8] {
        switch self {
        case .standardOutput(let bytes), .standardError(let bytes): bytes
        }
    }
}

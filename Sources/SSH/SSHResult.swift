/// A command that has ended, with all it wrote.
public struct SSHResult: Hashable, Sendable {
    public let exit: SSHExit
    public let standardOutput: [UInt8]
    public let standardError: [UInt8]
}

/// A way into one guest whose identity is proven. Everything that comes out of it is hostile.
public protocol GuestChannel: Sendable {
    /// Writes a small file of ours, verified.
    func write(_ bytes: [UInt8], to path: String, mode: UInt16) async throws
    /// What a short command of ours writes to standard output.
    ///
    /// - Parameter limit: bytes, standard error included.
    func output(of command: String, limit: Int, within time: Duration) async throws -> [UInt8]
    /// Runs a command with its streams to its end; cancelling leaves it behind.
    ///
    /// - Returns: its exit status; nil where the channel ended without one.
    func run(_ command: String, streams: CommandStreams, terminal: TerminalRequest?) async throws -> Int32?
    func put(_ transfer: Transfer) async throws
    func get(_ transfer: Transfer) async throws -> LeftOut
    /// The same of a directory that may change meanwhile, and of which not everything is wanted.
    ///
    /// - Parameters:
    ///   - size: of all files together, at most.
    ///   - names: of what is to stay there, right below the directory.
    func collect(_ transfer: Transfer, upTo size: Memory, without names: [String]) async throws -> LeftOut
}

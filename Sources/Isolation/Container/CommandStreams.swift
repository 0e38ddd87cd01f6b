/// The streams of a command, as the caller wants them.
public struct CommandStreams: Sendable {
    /// Nil: the command reads an empty input.
    public var input: (@Sendable () async throws -> [UInt8]?)?
    /// Each waits until the bytes are taken; throwing says that nobody reads any more.
    public var output: @Sendable ([UInt8]) async throws -> Void
    public var errors: @Sendable ([UInt8]) async throws -> Void
    /// The caller's terminal, for a command that gets one.
    public var terminal: TerminalRequest?
    /// Columns and rows of the caller's terminal, each time they change.
    public var windowSizes: AsyncStream<(Int, Int)>?
    /// Signals for the command, by number.
    public var signals: AsyncStream<Int32>

    public init(
        input: (@Sendable () async throws -> [UInt8]?)?, output: @escaping @Sendable ([UInt8]) async throws -> Void,
        errors: @escaping @Sendable ([UInt8]) async throws -> Void, terminal: TerminalRequest? = nil,
        windowSizes: AsyncStream<(Int, Int)>? = nil, signals: AsyncStream<Int32>
    ) {
        self.input = input
        self.output = output
        self.errors = errors
        self.terminal = terminal
        self.windowSizes = windowSizes
        self.signals = signals
    }
}

/// A terminal for a command.
public struct TerminalRequest: Hashable, Sendable {
    /// The value of `TERM`.
    public var type: String
    public var columns: Int
    public var rows: Int

    public init(type: String, columns: Int, rows: Int) {
        self.type = type
        self.columns = columns
        self.rows = rows
    }

    /// Where nobody says what it is to be.
    public static let standard = TerminalRequest(type: "xterm", columns: 80, rows: 24)
}

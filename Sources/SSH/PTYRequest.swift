/// A terminal for a command.
public struct PTYRequest: Hashable, Sendable {
    /// The value of `TERM`.
    public var terminal: String
    public var columns: UInt16
    public var rows: UInt16

    public init(terminal: String = "xterm", columns: UInt16 = 80, rows: UInt16 = 24) {
        self.terminal = terminal
        self.columns = columns
        self.rows = rows
    }
}

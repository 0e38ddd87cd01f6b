import Glibc
import HostSetup
import Isolation
import VMIsolation

/// The caller's terminal, for `-t`: in raw mode while the command runs, so that keys go to the guest as they are. Before
/// and after that, Ctrl-C is for us.
final class Terminal: Sendable {
    let sizes: AsyncStream<(Int, Int)>
    private let former: termios

    /// - Throws: ``BulkheadError`` with `badOption` where standard input is no terminal.
    init() throws {
        var settings = termios()
        guard isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &settings) == 0 else {
            throw BulkheadError(.badOption, "-t", "standard input is no terminal", remedy: "leave -t out")
        }
        former = settings
        let (stream, continuation) = AsyncStream.makeStream(of: (Int, Int).self, bufferingPolicy: .bufferingNewest(1))
        sizes = stream
        continuation.yield(Terminal.size())
        try Signals.hear(SIGWINCH) { _ in continuation.yield(Terminal.size()) }
    }

    var request: TerminalRequest {
        let (columns, rows) = Terminal.size()
        let type = RawText.environment("TERM") ?? TerminalRequest.standard.type
        return TerminalRequest(type: type, columns: columns, rows: rows)
    }

    func makeRaw() {
        var settings = former
        cfmakeraw(&settings)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    }

    func restore() {
        var settings = former
        tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    }

    /// Columns and rows.
    static func size() -> (Int, Int) {
        var size = winsize()
        guard ioctl(STDIN_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return (TerminalRequest.standard.columns, TerminalRequest.standard.rows)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

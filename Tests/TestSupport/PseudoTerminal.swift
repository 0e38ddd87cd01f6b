import Foundation
import Glibc
import Synchronization

/// The far end of a terminal: what a person would type and see.
public final class PseudoTerminal: Sendable {
    /// The near end, for the program.
    let path: String
    private let descriptor: Int32
    private let seen = Mutex<[UInt8]>([])

    public init(columns: UInt16, rows: UInt16) throws {
        descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
        var (unlocked, number): (Int32, UInt32) = (0, 0)
        // TIOCSPTLCK and TIOCGPTN, macros that Swift does not import.
        guard descriptor >= 0, ioctl(descriptor, 0x4004_5431, &unlocked) == 0,
            ioctl(descriptor, 0x8004_5430, &number) == 0
        else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        path = "/dev/pts/\(number)"
        resize(columns: columns, rows: rows)
    }

    deinit { close(descriptor) }

    /// The program is told by SIGWINCH.
    public func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
    }

    public func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(descriptor, bytes, bytes.count)
    }

    /// All that was shown so far.
    public var text: String {
        seen.withLock { seen in
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                guard count > 0 else { return String(decoding: seen, as: UTF8.self) }
                seen += buffer.prefix(count)
            }
        }
    }

    public func awaitText(_ wanted: String, within limit: Duration = .seconds(120)) async throws {
        do {
            try await eventually("“\(wanted)” on the terminal", within: limit) {
                self.text.contains(wanted) ? true : nil
            }
        } catch let failure as WaitFailure { throw WaitFailure(what: failure.what + "; it shows: " + text) }
    }
}

import Glibc
import Isolation

/// Our side of a terminal for a command.
final class PseudoTerminal: Sendable {
    let descriptor: Descriptor
    /// Of the command's side.
    let path: String

    init(_ request: TerminalRequest, for user: HostUser) throws(SystemCallError) {
        descriptor = try Descriptor("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
        let master = descriptor.number
        var (isLocked, number): (Int32, UInt32) = (0, 0)
        // TIOCSPTLCK and TIOCGPTN, macros that Swift does not import.
        try SystemCallError.check("unlock a terminal") { ioctl(master, 0x4004_5431, &isLocked) }
        try SystemCallError.check("find a terminal") { ioctl(master, 0x8004_5430, &number) }
        let path = "/dev/pts/\(number)"
        self.path = path
        if !user.isOurs { try SystemCallError.check("chown \(path)") { chown(path, user.uid, gid_t.max) } }
        resize(request.columns, request.rows)
    }

    func resize(_ columns: Int, _ rows: Int) {
        var size = winsize()
        (size.ws_col, size.ws_row) = (UInt16(clamping: columns), UInt16(clamping: rows))
        _ = ioctl(descriptor.number, UInt(TIOCSWINSZ), &size)
    }

    /// For what is written alone: it may be let go of before the other.
    func copy() throws(SystemCallError) -> Descriptor {
        Descriptor(
            owning: try SystemCallError.check("dup") { fcntl(descriptor.number, F_DUPFD_CLOEXEC, Int32(3)) })
    }
}

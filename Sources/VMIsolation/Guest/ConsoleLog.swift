import Foundation
import Glibc

/// A guest's serial console as kept on the host. The log daemon of libvirt rotates it, so it stays bounded.
public struct ConsoleLog: Sendable {
    /// The most that is read of one log.
    static let limit = 4 << 20
    public let path: String

    public init(path: String) { self.path = path }

    /// The kept text, newest last, with older rotations before it.
    public func bytes() -> [UInt8] {
        var all: [UInt8] = []
        for suffix in [".1", ".0", ""] { all += ConsoleLog.tail(of: path + suffix, ConsoleLog.limit) }
        return all
    }

    /// The last lines, made safe to show: a guest writes what it likes.
    public func lastLines(_ count: Int = 30) -> [String] {
        let text = String(decoding: ConsoleLog.tail(of: path, 16 << 10), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).suffix(count).map { "console: " + ConsoleLog.printable($0) }
    }

    /// Drops control characters, so that no escape sequence reaches a terminal, and cuts long lines.
    public static func printable(_ text: some StringProtocol) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { !$0.properties.generalCategory.isControl }.prefix(200)))
    }

    private static func tail(of path: String, _ limit: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        lseek(descriptor, max(0, size - limit), SEEK_SET)
        var buffer = [UInt8](repeating: 0, count: min(max(size, 0), limit))
        let count = read(descriptor, &buffer, buffer.count)
        return Array(buffer.prefix(max(0, count)))
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isControl: Bool { self == .control || self == .format }
}

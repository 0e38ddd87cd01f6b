import CLinux
import Glibc
import Isolation

/// A file that a command writes and we follow. It outlives us, so that nothing is lost while nobody follows; the space of
/// what was taken is given back.
struct Spool: Sendable {
    private static let chunk = 1 << 16
    private static let hole: UInt64 = 1 << 20
    let path: String

    /// Where a command writes to.
    func create() throws(SystemCallError) -> Descriptor {
        try Descriptor(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, mode: 0o600)
    }

    /// Hands on what is written from `offset` on, until the writer is over and all is read. Inotify wakes it.
    func follow(
        from offset: UInt64, until writerEnded: Once<Void>, _ take: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        let file = try Descriptor(path, O_RDWR | O_NOFOLLOW)
        let bell = try FileChanges.bell(for: path)
        var (place, punched) = (offset, UInt64(0))
        try SystemCallError.check("seek \(path)") { lseek(file.number, off_t(place), SEEK_SET) }
        while true {
            let isOver = writerEnded.current != nil
            while let bytes = try file.readNow(upTo: Spool.chunk), !bytes.isEmpty {
                try Task.checkCancellation()
                try await take(bytes)
                place += UInt64(bytes.count)
                if place - punched >= Spool.hole {
                    punched = place & ~0xFFF
                    // A file system that cannot do it keeps the space until the end.
                    _ = linux_punch_hole(file.number, 0, Int64(punched))
                }
            }
            if isOver { return }
            try await whichever({ try await bell.rings() }, { try await writerEnded.value() })
        }
    }

    /// The last lines, for an error.
    func tail(lines: Int) -> [String] {
        guard let file = try? Descriptor(path, O_RDONLY | O_NOFOLLOW) else { return [] }
        let size = lseek(file.number, 0, SEEK_END)
        lseek(file.number, max(0, size - 4096), SEEK_SET)
        let bytes = (try? file.readNow(upTo: 4096)) ?? []
        return String(decoding: bytes.drop { $0 == 0 }, as: UTF8.self).split(separator: "\n").suffix(lines).map(
            String.init)
    }
}

import Isolation

/// A file of the host while it is sent: as long as it was when it was opened, or an error.
struct OutgoingFile: Sendable {
    let entry: TarEntry
    let size: Int64
    private let file: OpenFile
    private var offset: Int64 = 0

    /// - Returns: nil for what has no content.
    init?(_ item: HostTreeWalk.Item) {
        guard case .file(let size) = item.entry.kind, let file = item.file else { return nil }
        (entry, self.size, self.file) = (item.entry, size, file)
    }

    var isRead: Bool { offset == size }

    /// Appends the next bytes, at most `limit`; none where it is read to the end.
    ///
    /// - Throws: `fileUnreadable`, also where the file became shorter.
    mutating func read(upTo limit: Int, into chunk: inout [UInt8]) throws(BulkheadError) {
        let wanted = min(Int64(limit), size - offset)
        guard wanted > 0 else { return }
        let name = entry.path.quoted
        let count = try SystemCallError.reading("file \(name)") {
            try file.read(at: offset, upTo: Int(wanted), into: &chunk)
        }
        guard count > 0 else {
            throw BulkheadError(
                .fileUnreadable, "file \(name)", "it became shorter while it was read",
                remedy: "Copy it when nothing writes to it.")
        }
        offset += Int64(count)
    }
}

import Isolation

/// What goes into a guest for one `--put`: a file as it is, which spares the guest a process and a pipe, or a tree as an
/// archive.
struct PutSource {
    private enum Content {
        case file(OutgoingFile)
        case archive(TarWriter)
    }

    private var content: Content
    /// Takes it in the guest, see ``GuestCommand/summed(_:)``.
    let pipe: String

    /// - Throws: `fileUnreadable` for what is neither file nor directory.
    init(path: String, as name: String) throws(BulkheadError) {
        var walk = try HostTreeWalk(top: RawText.decode(path), as: RawText.decode(name))
        if let file = try walk.next().flatMap({ OutgoingFile($0) }) {
            (content, pipe) = (.file(file), GuestCommand.take(file.entry))
        } else {
            (content, pipe) = (.archive(try TarWriter(path: path, as: name)), GuestCommand.unpack)
        }
    }

    /// The next chunk, or nil after the last.
    mutating func next() throws(BulkheadError) -> [UInt8]? {
        switch content {
        case .archive(var archive):
            defer { content = .archive(archive) }
            return try archive.next()
        case .file(var file):
            guard !file.isRead else { return nil }
            var chunk: [UInt8] = []
            try file.read(upTo: TarWriter.chunkSize, into: &chunk)
            content = .file(file)
            return chunk
        }
    }
}

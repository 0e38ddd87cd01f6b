public import Isolation

/// Writes a file or a directory of the host as a tar stream, chunk by chunk, for `tar -x` of GNU or busybox.
///
/// Regular files, directories, and symbolic links as links; permission bits and times are kept, owners become root.
/// Links to the same file become files of their own. What is read while someone else changes it stays in the tree: no
/// component is followed as a link but the path the caller named. It blocks for as long as the disk takes.
public struct TarWriter: Sendable {
    /// No chunk is larger; few are smaller but the last.
    public static let chunkSize = 256 << 10
    /// Left free in a chunk for the next header with its long names.
    private static let headerRoom = 16 << 10

    private var walk: HostTreeWalk
    private var file: OutgoingFile?
    private var isEnded = false

    /// - Parameters:
    ///   - path: on the host; where it is a symbolic link, what it leads to is meant.
    ///   - name: what the file or directory is called in the archive.
    /// - Throws: `fileUnreadable` for what is neither file nor directory.
    public init(path: String, as name: String) throws(BulkheadError) {
        try self.init(path: RawText.decode(path), as: RawText.decode(name))
    }

    public init(path: [UInt8], as name: [UInt8]) throws(BulkheadError) {
        walk = try HostTreeWalk(top: path, as: name)
    }

    /// The next chunk, or nil after the last.
    ///
    /// - Throws: `fileUnreadable` for what cannot be read, is no file, directory or link, or changes its size.
    public mutating func next() throws(BulkheadError) -> [UInt8]? {
        var chunk: [UInt8] = []
        chunk.reserveCapacity(TarWriter.chunkSize)
        while !isEnded, chunk.count <= TarWriter.chunkSize - TarWriter.headerRoom {
            if file != nil {
                try readOn(into: &chunk)
            } else if let item = try walk.next() {
                chunk += item.entry.header
                file = OutgoingFile(item)
            } else {
                chunk += TarEntry.endOfArchive
                isEnded = true
            }
        }
        return chunk.isEmpty ? nil : chunk
    }

    private mutating func readOn(into chunk: inout [UInt8]) throws(BulkheadError) {
        guard var reading = file else { return }
        try reading.read(upTo: TarWriter.chunkSize - TarEntry.block - chunk.count, into: &chunk)
        guard reading.isRead else { return file = reading }
        chunk.append(contentsOf: repeatElement(0, count: Int(-reading.size & Int64(TarEntry.block - 1))))
        file = nil
    }
}

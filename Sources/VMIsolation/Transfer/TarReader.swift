public import Isolation

/// Extracts a tar stream that a hostile guest may have sent, chunk by chunk, into a directory of the host.
///
/// It takes what GNU's and busybox' `tar -c` write: POSIX' and GNU's format, pax records, regular files, directories and
/// symbolic links. A link is kept only if it stays inside wherever it is followed from; the others are left out and
/// noted. Sparse files, absolute paths and `..` are errors; so are hard links, devices and pipes, unless the limits say
/// otherwise. Set-id bits are dropped, owners are not kept. What was extracted before an error stays; a file that was not
/// complete does not.
/// It holds one header or record at a time and blocks for as long as the disk takes.
public struct TarReader: ~Copyable, Sendable {
    private enum State {
        case header
        case record(TarHeader.Kind, size: Int)
        case file(Arrival)
        /// Zero blocks have come, so the archive is at its end, after the second.
        case firstZeroBlock, ended
    }

    /// A file of which contents are still to come.
    private struct Arrival {
        let file: IncomingFile
        let path: EntryPath
        let modified: Int64
        /// Zeros after the contents.
        let padding: Int
        var left: Int64
    }

    /// GNU's tar fills up its last 10 KiB with zeros; more may be asked for, but not without end.
    private static let longestTrailer = 1 << 20

    private var directory: ExtractionDirectory
    private let limits: ExtractionLimits
    private var names: EntryNames
    private var state = State.header
    /// What there is of the header or record that is being read.
    private var buffer: [UInt8] = []
    private var records = TarRecords()
    /// Bytes up to the next whole block that say nothing.
    private var padding = 0
    private var entries = 0
    private var trailer = 0
    private var failure: BulkheadError?
    private var summary = ExtractionSummary()

    /// - Parameters:
    ///   - name: what the archive's only top file or directory is to be called, whatever its name in the archive;
    ///     nil where entries go into the directory by their own paths.
    public init(
        into directory: ExtractionDirectory, as name: String? = nil, limits: ExtractionLimits = ExtractionLimits()
    ) throws(BulkheadError) {
        self.directory = directory
        self.limits = limits
        names = try EntryNames(top: name.map(RawText.decode), limits)
    }

    /// Takes the stream's next bytes, any number of them.
    ///
    /// - Throws: `copyFailed` for what the guest sent, `diskFull` or `fileUnwritable` for what the host cannot keep. The
    ///   reader is of no further use then and throws the same error again.
    public mutating func feed(_ bytes: [UInt8]) throws(BulkheadError) {
        if let failure { throw failure }
        do throws(BulkheadError) {
            var rest = bytes[...]
            while !rest.isEmpty { try take(&rest) }
        } catch {
            failure = error
            state = .ended
            throw error
        }
    }

    /// To be called at the end of the stream.
    ///
    /// - Throws: `copyFailed` where the archive is not whole, or the error that ``feed(_:)`` threw.
    public consuming func finish() throws(BulkheadError) -> ExtractionSummary {
        if let failure { throw failure }
        guard case .ended = state, padding == 0 else { throw .brokenArchive("the stream ended before the archive did") }
        return summary
    }

    private mutating func take(_ rest: inout ArraySlice<UInt8>) throws(BulkheadError) {
        guard padding == 0 else {
            let skipped = min(padding, rest.count)
            padding -= skipped
            rest = rest.dropFirst(skipped)
            return
        }
        switch state {
        case .header, .firstZeroBlock:
            guard fillBuffer(to: TarEntry.block, from: &rest) else { return }
            let block = buffer
            buffer = []
            try takeHeader(block)
        case .record(let kind, let size):
            guard fillBuffer(to: size, from: &rest) else { return }
            let contents = buffer
            buffer = []
            try takeRecord(kind, contents)
        case .file(let arrival):
            let part = rest.prefix(Int(min(arrival.left, Int64(rest.count))))
            rest = rest.dropFirst(part.count)
            try write(part, to: arrival)
        case .ended:
            trailer += rest.count
            guard trailer <= TarReader.longestTrailer, rest.allSatisfy({ $0 == 0 }) else {
                throw .brokenArchive("something follows the archive's end")
            }
            rest = []
        }
    }

    /// - Returns: whether the buffer is as long as asked for.
    private mutating func fillBuffer(to size: Int, from rest: inout ArraySlice<UInt8>) -> Bool {
        let part = rest.prefix(size - buffer.count)
        buffer += part
        rest = rest.dropFirst(part.count)
        return buffer.count == size
    }

    private mutating func takeHeader(_ block: [UInt8]) throws(BulkheadError) {
        let isZero = block.allSatisfy { $0 == 0 }
        if case .firstZeroBlock = state {
            guard isZero else { throw .brokenArchive("a single zero block is in the middle of it") }
            return state = .ended
        }
        if isZero {
            guard records.isEmpty else { throw .brokenArchive("it ends after a record about a further entry") }
            return state = .firstZeroBlock
        }
        entries += 1
        guard entries <= limits.entries else { throw .brokenArchive("it has more than \(limits.entries) entries") }
        let header = try TarHeader(block)
        switch header.kind {
        case .file, .directory, .symbolicLink, .stranger: try takeEntry(header)
        case .longPath, .longTarget, .records, .globalRecords: try beginRecord(header)
        }
    }

    private mutating func beginRecord(_ header: TarHeader) throws(BulkheadError) {
        guard (1...Int64(limits.recordBytes)).contains(header.size) else {
            throw .brokenArchive("a record of \(header.size) bytes is empty or too long")
        }
        state = .record(header.kind, size: Int(header.size))
    }

    private mutating func takeRecord(_ kind: TarHeader.Kind, _ contents: [UInt8]) throws(BulkheadError) {
        padding = -contents.count & (TarEntry.block - 1)
        state = .header
        switch kind {
        case .longPath: records.path = TarRecords.name(contents)
        case .longTarget: records.target = TarRecords.name(contents)
        case .globalRecords:
            // Comments and the like are harmless; about names and sizes no tar that we know writes any.
            var global = TarRecords()
            try global.read(contents)
            global.modified = nil
            guard global.isEmpty else { throw .brokenArchive("it has global records about names or sizes") }
        default: try records.read(contents)
        }
    }

    private mutating func takeEntry(_ header: TarHeader) throws(BulkheadError) {
        let records = self.records
        self.records = TarRecords()
        if case .stranger(let what) = header.kind, !limits.leavesOutStrangers { throw .refusedEntry(header.path, what) }
        let path = try names.place(records.path ?? header.path)
        let size = records.size ?? header.size
        if path.components.count > 1, limits.unwanted.contains(path.components[1]) { return passOver(header, size) }
        guard header.kind == .file || size == 0 else { throw path.refused("it has contents but is no file") }
        switch header.kind {
        case .file:
            guard size <= limits.bytes - summary.bytes else {
                throw path.refused("with it the archive holds more than \(limits.bytes) bytes")
            }
            try goOn(
                Arrival(
                    file: try directory.makeFile(path, mode: header.mode), path: path,
                    modified: records.modified ?? header.modified,
                    padding: Int(-size & Int64(TarEntry.block - 1)), left: size))
        case .stranger(let what): summary.leaveOut("\(path.bytes.quoted): \(what)")
        case .directory:
            try directory.makeDirectory(path, mode: header.mode)
            summary.directories += 1
        default:
            try takeLink(path, target: records.target ?? header.target)
        }
    }

    /// A size that no stream comes to the end of is as good as any other.
    private mutating func passOver(_ header: TarHeader, _ size: Int64) {
        guard header.kind == .file else { return }
        let size = min(size, 1 << 60)
        padding = Int(size) + Int(-size & Int64(TarEntry.block - 1))
    }

    private mutating func takeLink(_ path: EntryPath, target: [UInt8]) throws(BulkheadError) {
        guard path.components.isEmpty || EntryPath.staysInside(target, depth: names.linkDepth(path)) else {
            return summary.leaveOut("link \(path.bytes.quoted) leads outside, to \(target.quoted)")
        }
        try directory.makeLink(path, target: target)
        summary.links += 1
    }

    private mutating func write(_ part: ArraySlice<UInt8>, to arrival: Arrival) throws(BulkheadError) {
        try SystemCallError.writing(arrival.path.subject) { try arrival.file.write(part) }
        summary.bytes += Int64(part.count)
        var arrival = arrival
        arrival.left -= Int64(part.count)
        try goOn(arrival)
    }

    /// Waits for the rest of a file, or gives the file its name when all of it is there.
    private mutating func goOn(_ arrival: Arrival) throws(BulkheadError) {
        guard arrival.left == 0 else { return state = .file(arrival) }
        try directory.commit(arrival.file, arrival.path, modified: arrival.modified)
        summary.files += 1
        padding = arrival.padding
        state = .header
    }
}

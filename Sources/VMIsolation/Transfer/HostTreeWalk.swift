import Glibc
import Isolation

/// Visits a file or a directory tree of the host, parents before children, names in the order of their bytes.
///
/// Below the top nothing is reached by a path: each name is opened in its directory, and links are not followed.
struct HostTreeWalk: Sendable {
    struct Item: Sendable {
        var entry: TarEntry
        /// Open for reading, but for a link.
        var file: OpenFile?
    }

    private struct Level: Sendable {
        var directory: OpenFile
        var path: [UInt8]
        /// In reverse order.
        var names: [[UInt8]]
    }

    /// Each level keeps a descriptor open.
    static let deepest = 128
    /// Linux' own limit for a path: what is longer, no guest could create in one call.
    static let longestPath = 4095

    private var top: Item?
    private var levels: [Level] = []

    /// - Parameters:
    ///   - path: where it is a link, what it leads to is walked.
    ///   - name: the top's path in the entries.
    init(top path: [UInt8], as name: [UInt8]) throws(BulkheadError) {
        guard !path.contains(0), !path.isEmpty, !name.contains(0), !name.isEmpty else {
            throw HostTreeWalk.refusal(path, "no file has such a name")
        }
        // Asked before it is opened, because opening a device may do something.
        var status = stat()
        try SystemCallError.reading("file \(path.quoted)") {
            _ = try SystemCallError.check("stat") { path.withCString { stat($0, &status) } }
        }
        try HostTreeWalk.refuseSpecial(status, path)
        top = try HostTreeWalk.open(path, in: nil, as: name, following: true)
    }

    /// The next entry, or nil after the last.
    mutating func next() throws(BulkheadError) -> Item? {
        if let item = top {
            top = nil
            return try enter(item)
        }
        while let level = levels.last {
            guard let name = level.names.last else {
                levels.removeLast()
                continue
            }
            levels[levels.count - 1].names.removeLast()
            return try enter(visit(name, in: level))
        }
        return nil
    }

    private func visit(_ name: [UInt8], in level: Level) throws(BulkheadError) -> Item {
        let path = level.path + [UInt8(ascii: "/")] + name
        guard path.count <= HostTreeWalk.longestPath else { throw HostTreeWalk.refusal(path, "the path is too long") }
        let status = try SystemCallError.reading("file \(path.quoted)") { try level.directory.status(of: name) }
        try HostTreeWalk.refuseSpecial(status, path)
        guard status.kind == S_IFLNK else {
            return try HostTreeWalk.open(name, in: level.directory, as: path, following: false)
        }
        let target = try SystemCallError.reading("link \(path.quoted)") { try level.directory.target(ofLink: name) }
        return Item(entry: TarEntry(path: path, kind: .symbolicLink(target: target), status), file: nil)
    }

    /// Goes on inside where the item is a directory.
    private mutating func enter(_ item: Item) throws(BulkheadError) -> Item {
        guard item.entry.kind == .directory, let directory = item.file else { return item }
        let path = item.entry.path
        guard levels.count < HostTreeWalk.deepest else {
            throw HostTreeWalk.refusal(path, "it is more than \(HostTreeWalk.deepest) directories deep")
        }
        let names = try SystemCallError.reading("directory \(path.quoted)") { try directory.names() }
        levels.append(Level(directory: directory, path: path, names: names.sorted { $1.lexicographicallyPrecedes($0) }))
        return item
    }

    private static func open(
        _ name: [UInt8], in directory: OpenFile?, as path: [UInt8], following: Bool
    ) throws(BulkheadError) -> Item {
        let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | (following ? 0 : O_NOFOLLOW)
        let subject = "file \(path.quoted)"
        let file = try SystemCallError.reading(subject) { try OpenFile(name, in: directory, flags) }
        let status = try SystemCallError.reading(subject) { try file.status() }
        try refuseSpecial(status, path)
        let kind: TarEntry.Kind = status.kind == S_IFDIR ? .directory : .file(size: Int64(status.st_size))
        return Item(entry: TarEntry(path: path, kind: kind, status), file: file)
    }

    private static func refuseSpecial(_ status: stat, _ path: [UInt8]) throws(BulkheadError) {
        switch status.kind {
        case S_IFREG, S_IFDIR, S_IFLNK: return
        case S_IFSOCK: throw refusal(path, "it is a socket")
        case S_IFIFO: throw refusal(path, "it is a named pipe")
        default: throw refusal(path, "it is a device")
        }
    }

    private static func refusal(_ path: [UInt8], _ why: String) -> BulkheadError {
        BulkheadError(
            .fileUnreadable, "file \(path.quoted)", why,
            remedy: "Only files, directories and symbolic links are copied: leave it out.")
    }
}

extension TarEntry {
    fileprivate init(path: [UInt8], kind: Kind, _ status: stat) {
        self.init(path: path, kind: kind, mode: UInt16(status.st_mode & 0o7777), modified: Int64(status.st_mtim.tv_sec))
    }
}

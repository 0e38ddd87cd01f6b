import Glibc
public import Isolation

/// A directory of the host into which a guest's archive is extracted, and which nothing in the archive leaves.
///
/// Each component of a path is opened in its parent and never as a link; nothing is reached by a path string. Files and
/// links replace files and links; a directory joins one that is there and leaves its mode alone; all else is refused.
public struct ExtractionDirectory: Sendable {
    private let root: OpenFile
    /// The directory of the last entry: most entries are in the same one.
    private var last: (components: [[UInt8]], directory: OpenFile)?

    /// - Parameter path: an existing directory; a link is followed, since the caller named it.
    public init(path: String) throws(BulkheadError) {
        let bytes = RawText.decode(path)
        guard !bytes.contains(0) else {
            throw BulkheadError(
                .fileUnwritable, "directory \(bytes.quoted)", "no file has such a name", remedy: "Check the path.")
        }
        root = try SystemCallError.writing("directory \(bytes.quoted)") { try OpenFile(bytes, O_RDONLY | O_DIRECTORY) }
    }

    mutating func makeDirectory(_ path: EntryPath, mode: UInt16) throws(BulkheadError) {
        guard let (parent, name) = try place(of: path) else { return }
        // The owner can always write it: else the entries in it could not be made.
        try make(name, in: parent, mode: mode_t(mode & 0o777 | 0o700), path)
    }

    /// A file that is not there until it is committed.
    mutating func makeFile(_ path: EntryPath, mode: UInt16) throws(BulkheadError) -> IncomingFile {
        guard let (parent, name) = try place(of: path) else {
            throw path.refused("a file cannot be the directory itself")
        }
        try refuseUnlessReplaceable(name, in: parent, path)
        return try SystemCallError.writing(path.subject) { try IncomingFile(in: parent, mode: mode_t(mode & 0o777)) }
    }

    mutating func commit(_ file: IncomingFile, _ path: EntryPath, modified: Int64) throws(BulkheadError) {
        guard let name = path.components.last else { return }
        try SystemCallError.writing(path.subject) { try file.commit(as: name, modified: modified) }
    }

    /// - Parameter target: has been found to stay inside.
    mutating func makeLink(_ path: EntryPath, target: [UInt8]) throws(BulkheadError) {
        guard let (parent, name) = try place(of: path) else {
            throw path.refused("a link cannot be the directory itself")
        }
        try refuseUnlessReplaceable(name, in: parent, path)
        let temporary = IncomingFile.freshName()
        try SystemCallError.writing(path.subject) {
            try SystemCallError.check("symlink") {
                target.withCString { target in temporary.withCString { symlinkat(target, parent.descriptor, $0) } }
            }
            do {
                try parent.rename(temporary, to: name)
            } catch {
                _ = temporary.withCString { unlinkat(parent.descriptor, $0, 0) }
                throw error
            }
        }
    }

    /// The real directory that a path's last component is in, made where it is missing; nil for the root itself.
    private mutating func place(of path: EntryPath) throws(BulkheadError) -> (OpenFile, [UInt8])? {
        guard let name = path.components.last else { return nil }
        let parents = Array(path.components.dropLast())
        if let last, last.components == parents { return (last.directory, name) }
        var directory = root
        for component in parents {
            try make(component, in: directory, mode: 0o755, path)
            directory = try SystemCallError.writing(path.subject) {
                try OpenFile(component, in: directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            }
        }
        last = (parents, directory)
        return (directory, name)
    }

    private func make(_ name: [UInt8], in parent: OpenFile, mode: mode_t, _ path: EntryPath) throws(BulkheadError) {
        do throws(SystemCallError) {
            try SystemCallError.check("mkdir") { name.withCString { mkdirat(parent.descriptor, $0, mode) } }
        } catch  where error.code == EEXIST {
            let status = try SystemCallError.writing(path.subject) { try parent.status(of: name) }
            guard status.kind == S_IFDIR else {
                throw path.refused("\(name.quoted) is there already and is no directory")
            }
        } catch {
            try SystemCallError.writing(path.subject) { throw error }
        }
    }

    private func refuseUnlessReplaceable(
        _ name: [UInt8], in parent: OpenFile, _ path: EntryPath
    ) throws(BulkheadError) {
        let kind = try SystemCallError.writing(path.subject) { try parent.kind(of: name) }
        guard kind == nil || kind == S_IFREG || kind == S_IFLNK else {
            throw BulkheadError(
                .copyFailed, path.subject, "\(name.quoted) is there already and is neither a file nor a link",
                remedy: "give a path where there is nothing yet, or a file to replace")
        }
    }
}

extension OpenFile {
    /// What kind of thing `name` is in this directory; nil where there is none.
    fileprivate func kind(of name: [UInt8]) throws(SystemCallError) -> mode_t? {
        do throws(SystemCallError) {
            return try status(of: name).kind
        } catch  where error.code == ENOENT {
            return nil
        }
    }
}

extension EntryPath {
    var bytes: [UInt8] { Array(components.joined(separator: [UInt8(ascii: "/")])) }
    var subject: String { "archive entry \(bytes.quoted)" }
    func refused(_ why: String) -> BulkheadError { .refusedEntry(bytes, why) }
}

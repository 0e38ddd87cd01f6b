import Glibc
public import Isolation

/// Makes the scratch disks of guests: sparse raw files with an empty ext4 file system, label `scratch`, whose root
/// directory anybody may write (mode 1777).
///
/// `mke2fs` runs once for each size; what it made stays in the cache directory, and a disk is a sparse copy of it.
/// Templates of the sizes last used are kept. Any number of tasks and processes may share one cache directory.
public actor ScratchDisks {
    private let cache: OpenFile
    private let cachePath: String
    private let tools: FileSystemTools
    /// Templates that are being made, by size: who needs the same waits for the same.
    private var underWay: [Memory: Task<OpenFile, any Error>] = [:]

    /// - Parameters:
    ///   - cache: an existing directory; on the disks' own file system copies can share its blocks.
    ///   - deadline: for each run of a tool of e2fsprogs.
    public init(cache: String, deadline: Duration = .seconds(60)) throws(BulkheadError) {
        try self.init(cache: cache, tools: FileSystemTools(deadline: deadline))
    }

    init(cache: String, tools: FileSystemTools) throws(BulkheadError) {
        cachePath = cache
        self.tools = tools
        self.cache = try SystemCallError.writing("directory \(RawText.decode(cache).quoted)") {
            try OpenFile(RawText.decode(cache), O_RDONLY | O_DIRECTORY)
        }
    }

    /// Makes a disk, readable and writable by its owner alone.
    ///
    /// - Parameters:
    ///   - path: of a file that does not exist; on an error there is none either.
    ///   - size: rounded up to whole MiB.
    /// - Throws: `badResource` for less than 1 MiB or more than the host's file system takes, `diskFull`,
    ///   `fileUnwritable`, `toolMissing`, `toolFailed`.
    public func make(at path: String, size: Memory) async throws {
        guard size >= .mebibytes(1), size.bytes <= Memory.mebibytes(1 << 26).bytes else {
            throw badSize(size, "a scratch disk has at least 1 MiB and at most 64 TiB")
        }
        let size = Memory.mebibytes((size.bytes + (1 << 20) - 1) >> 20)
        let template = try await template(of: size)
        try ScratchDisks.copy(template, to: path, size)
    }

    private func template(of size: Memory) async throws -> OpenFile {
        let name = ScratchDisks.templatePrefix + Array("1-\(size.mebibytes).ext4".utf8)
        if let template = try open(name) { return template }
        let task =
            underWay[size]
            ?? Task { [cache, cachePath, tools] in
                let making = try ScratchTemplate(in: cache, cachePath, size)
                try await making.format(with: tools)
                let template = try making.publish(as: name)
                ScratchDisks.evict(from: cache)
                return template
            }
        underWay[size] = task
        defer { underWay[size] = nil }
        return try await task.value
    }

    /// Nil where there is none.
    private func open(_ name: [UInt8]) throws(BulkheadError) -> OpenFile? {
        try SystemCallError.reading("scratch disk template \(name.quoted)") {
            do throws(SystemCallError) {
                let template = try OpenFile(name, in: cache, O_RDONLY | O_NOFOLLOW)
                ScratchDisks.markUse(of: template)
                return template
            } catch  where error.code == ENOENT {
                return nil
            }
        }
    }

    private nonisolated static func copy(_ template: OpenFile, to path: String, _ size: Memory) throws(BulkheadError) {
        let name = RawText.decode(path)
        try SystemCallError.writing("scratch disk \(name.quoted)") {
            let disk = try OpenFile(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
            do {
                try disk.copySparsely(from: template, size: Int64(size.bytes))
            } catch {
                _ = name.withCString { unlink($0) }
                throw error
            }
        }
    }
}

func badSize(_ size: Memory, _ why: String) -> BulkheadError {
    BulkheadError(.badResource, "scratch disk of \(size)", why, remedy: "Ask for another size.")
}

/// A small tar archive in memory, for what is no file on the host; ``TarWriter`` is for what is one.
public struct TarArchive: Sendable {
    private var body: [UInt8] = []

    public init() {}

    /// - Parameter path: relative, in bytes that need not be UTF-8.
    public mutating func addFile(_ path: [UInt8], mode: UInt16 = 0o644, modified: Int64 = 0, _ bytes: [UInt8]) {
        add(TarEntry(path: path, kind: .file(size: Int64(bytes.count)), mode: mode, modified: modified), bytes)
    }

    public mutating func addDirectory(_ path: [UInt8], mode: UInt16 = 0o755, modified: Int64 = 0) {
        add(TarEntry(path: path, kind: .directory, mode: mode, modified: modified), [])
    }

    public mutating func addLink(_ path: [UInt8], to target: [UInt8]) {
        add(TarEntry(path: path, kind: .symbolicLink(target: target), mode: 0o777), [])
    }

    /// The whole archive with its end.
    public var bytes: [UInt8] { body + TarEntry.endOfArchive }

    private mutating func add(_ entry: TarEntry, _ bytes: [UInt8]) {
        body += entry.header + bytes
        body.pad(to: TarEntry.block)
    }
}

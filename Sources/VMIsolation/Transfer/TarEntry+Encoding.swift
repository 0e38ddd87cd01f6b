extension TarEntry {
    static let block = 512
    static let endOfArchive = [UInt8](repeating: 0, count: 2 * block)

    /// The blocks before the entry's contents: a header in GNU's format, after GNU's records for a long path or target.
    ///
    /// GNU's format, and not pax, because busybox' tar reads no pax records. The owner is always root.
    var header: [UInt8] {
        var path = self.path
        if kind == .directory, path.last != UInt8(ascii: "/") { path.append(UInt8(ascii: "/")) }
        var blocks: [UInt8] = []
        if target.count > TarField.linkTarget.length { blocks += longName("K", target) }
        if path.count > TarField.name.length { blocks += longName("L", path) }
        let (type, size): (Unicode.Scalar, Int64) =
            switch kind {
            case .file(let size): ("0", size)
            case .directory: ("5", 0)
            case .symbolicLink: ("2", 0)
            }
        return blocks + headerBlock(type, path: path, target: target, size: size)
    }

    private var target: [UInt8] {
        if case .symbolicLink(let target) = kind { return target }
        return []
    }

    private func longName(_ type: Unicode.Scalar, _ name: [UInt8]) -> [UInt8] {
        let entry = TarEntry(path: Array("././@LongLink".utf8), kind: .file(size: 0), mode: 0o644)
        let contents = name + [0]
        var blocks = entry.headerBlock(type, path: entry.path, target: [], size: Int64(contents.count)) + contents
        blocks.pad(to: TarEntry.block)
        return blocks
    }

    private func headerBlock(_ type: Unicode.Scalar, path: [UInt8], target: [UInt8], size: Int64) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: TarEntry.block)
        TarField.name.put(path, into: &block)
        TarField.mode.put(Int64(mode & 0o7777), into: &block)
        TarField.userID.put(0, into: &block)
        TarField.groupID.put(0, into: &block)
        TarField.size.put(size, into: &block)
        TarField.modified.put(modified, into: &block)
        TarField.type.put([UInt8(ascii: type)], into: &block)
        TarField.linkTarget.put(target, into: &block)
        TarField.magic.put(TarField.gnuMagic, into: &block)
        let checksum = TarField.checksum.sum(block)
        TarField.checksum.put(
            Array(String(checksum, radix: 8).leftPadded(to: 6).utf8) + [0, UInt8(ascii: " ")], into: &block)
        return block
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String { String(repeating: "0", count: max(0, width - count)) + self }
}

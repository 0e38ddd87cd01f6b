import Isolation

/// A header block as a guest sent it: a sound block, not yet a harmless entry.
struct TarHeader: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case file, directory, symbolicLink
        /// GNU's records about the next entry.
        case longPath, longTarget
        /// pax records, about the next entry or about all.
        case records, globalRecords
        /// What is no file of its own: a hard link, a device, a pipe; in words.
        case stranger(String)
    }

    var path: [UInt8]
    var target: [UInt8]
    var mode: UInt16
    var size: Int64
    var modified: Int64
    var kind: Kind

    /// - Parameter block: 512 bytes.
    init(_ block: [UInt8]) throws(BulkheadError) {
        guard TarField.checksum.number(in: block) == TarField.checksum.sum(block) else {
            throw .brokenArchive("a header's checksum is wrong")
        }
        let magic = Array(block[TarField.magic.range])
        guard magic == TarField.gnuMagic || magic == TarField.posixMagic else {
            throw .brokenArchive("a header is neither in POSIX' nor in GNU's format")
        }
        path = TarField.name.text(in: block)
        if magic == TarField.posixMagic {
            let prefix = TarField.prefix.text(in: block)
            if !prefix.isEmpty { path = prefix + [UInt8(ascii: "/")] + path }
        }
        target = TarField.linkTarget.text(in: block)
        mode = UInt16(try TarHeader.number(.mode, in: block, path, within: 0...Int64.max) & 0o7777)
        size = try TarHeader.number(.size, in: block, path, within: 0...Int64.max)
        modified = try TarHeader.number(.modified, in: block, path, within: Int64.min...Int64.max)
        kind = try TarHeader.kind(block[TarField.type.start], path)
        // Archives older than POSIX know directories by their names alone.
        if kind == .file, size == 0, path.last == UInt8(ascii: "/") { kind = .directory }
    }

    private static func number(
        _ field: TarField, in block: [UInt8], _ path: [UInt8], within range: ClosedRange<Int64>
    ) throws(BulkheadError) -> Int64 {
        guard let number = field.number(in: block), range.contains(number) else {
            throw .refusedEntry(path, "its header holds a number that is malformed or out of range")
        }
        return number
    }

    private static func kind(_ type: UInt8, _ path: [UInt8]) throws(BulkheadError) -> Kind {
        switch type {
        case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): return .file
        case UInt8(ascii: "5"): return .directory
        case UInt8(ascii: "2"): return .symbolicLink
        case UInt8(ascii: "L"): return .longPath
        case UInt8(ascii: "K"): return .longTarget
        case UInt8(ascii: "x"): return .records
        case UInt8(ascii: "g"): return .globalRecords
        case UInt8(ascii: "1"): return .stranger("it is a hard link")
        case UInt8(ascii: "3"), UInt8(ascii: "4"): return .stranger("it is a device")
        case UInt8(ascii: "6"): return .stranger("it is a named pipe")
        case UInt8(ascii: "S"): throw .refusedEntry(path, "it is a sparse file in GNU's format")
        default: throw .refusedEntry(path, "its type \([type].quoted) is unknown")
        }
    }
}

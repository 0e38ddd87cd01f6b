import Glibc
import Isolation

@testable import VMIsolation

/// What the tests of both directions share.
enum TarTest {
    /// The whole stream of a host path.
    static func stream(of path: String, as name: String) throws -> [UInt8] {
        var writer = try TarWriter(path: path, as: name)
        var bytes: [UInt8] = []
        while let chunk = try writer.next() { bytes += chunk }
        return bytes
    }

    @discardableResult
    static func extract(
        _ bytes: [UInt8], into path: String, as name: String? = nil, limits: ExtractionLimits = ExtractionLimits(),
        chunk: Int = 64 << 10
    ) throws(BulkheadError) -> ExtractionSummary {
        var reader = try TarReader(into: ExtractionDirectory(path: path), as: name, limits: limits)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            try reader.feed(Array(bytes[start..<min(start + chunk, bytes.count)]))
        }
        return try reader.finish()
    }

    /// An archive of one entry, its header changed before it is summed up.
    static func archive(
        _ path: String, type: Character = "0", target: String = "", size: Int64? = nil, contents: [UInt8] = [],
        mode: UInt16 = 0o644, change: (inout [UInt8]) -> Void = { _ in }
    ) -> [UInt8] {
        entry(path, type: type, target: target, size: size, contents: contents, mode: mode, change: change)
            + TarEntry.endOfArchive
    }

    static func entry(
        _ path: String, type: Character = "0", target: String = "", size: Int64? = nil, contents: [UInt8] = [],
        mode: UInt16 = 0o644, change: (inout [UInt8]) -> Void = { _ in }
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        TarField.name.put(Array(path.utf8), into: &block)
        TarField.mode.put(Int64(mode), into: &block)
        TarField.size.put(size ?? Int64(contents.count), into: &block)
        TarField.modified.put(0, into: &block)
        TarField.type.put(Array(String(type).utf8), into: &block)
        TarField.linkTarget.put(Array(target.utf8), into: &block)
        TarField.magic.put(TarField.posixMagic, into: &block)
        change(&block)
        sumUp(&block)
        var bytes = block + contents
        bytes.pad(to: 512)
        return bytes
    }

    /// Makes a header's checksum right.
    static func sumUp(_ block: inout [UInt8]) {
        let digits = String(TarField.checksum.sum(block), radix: 8)
        let padded = String(repeating: "0", count: 6 - digits.count) + digits
        TarField.checksum.put(Array(padded.utf8) + [0, 0x20], into: &block)
    }

    static func paxRecord(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n".utf8
        var length = rest.count + 1
        while rest.count + String(length).count != length { length += 1 }
        return Array(String(length).utf8) + Array(rest)
    }

    static func status(_ path: String) throws -> stat {
        var result = stat()
        try SystemCallError.check("lstat") { lstat(path, &result) }
        return result
    }
}

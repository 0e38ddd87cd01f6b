import Foundation
import Glibc

@testable import VMIsolation

extension FuzzTarget {
    static let guest = [
        FuzzTarget("tar", longest: 8192, seeds: archives) { bytes in
            let root = place.path + "/target"
            try? FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: root) }
            var limits = ExtractionLimits()
            (limits.bytes, limits.entries, limits.depth) = (64 << 10, 40, 8)
            limits.leavesOutStrangers = bytes.count.isMultiple(of: 2)
            guard let directory = try? ExtractionDirectory(path: root),
                var reader = try? TarReader(into: directory, limits: limits)
            else { throw Broken(description: "\(root) cannot be used") }
            do {
                try reader.feed(bytes)
                _ = try reader.finish()
            } catch {}
            try hold(place.names() == ["target"], "something lies beside the directory: \(place.names())")
            for name in FileManager.default.subpaths(atPath: root) ?? [] { try stays(inside: root, name) }
        },
        FuzzTarget(
            "result", longest: 1024,
            seeds: [
                [UInt8]("nonce=n\nstatus=7\noom=0\nfull=0\nerror=\n"), [UInt8]("nonce=n\nstatus=137\noom=2\nfull=1\nerror=user\n"),
            ]
        ) { bytes in
            guard let result = LauncherResult(bytes, nonce: "n") else { return }
            try hold(0...255 ~= result.status && result.killedForMemory >= 0, "\(result)")
            _ = (result.outcome, result.evidence)
        },
        FuzzTarget("printable", longest: 512, seeds: [[UInt8]("\u{1B}[31mred\u{7}\r\u{202E}evil")]) { bytes in
            let shown = ConsoleLog.printable(String(decoding: bytes, as: UTF8.self))
            try hold(!shown.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a control character has come through")
            try hold(!shown.unicodeScalars.contains { 0x80...0x9F ~= $0.value }, "a C1 control has come through")
        },
        FuzzTarget("disk-header", longest: 512, seeds: [header()]) { bytes in
            let path = place.path + ".qcow2"
            guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { return }
            defer { unlink(path) }
            guard let header = try? DiskHeader(path: path) else { return }
            try hold(bytes[8..<16].allSatisfy { $0 == 0 }, "an image with a backing file was taken")
            try hold(header.size >= 1 << 20 && header.size <= 1 << 46, "a size of \(header.size) was taken")
        },
    ]

    /// A directory on the memory disk for this process alone.
    private static let place = Place()

    private static func stays(inside root: String, _ name: String) throws(Broken) {
        var status = stat()
        guard lstat(root + "/" + name, &status) == 0 else { return }
        let kind = status.st_mode & S_IFMT
        try hold([S_IFREG, S_IFDIR, S_IFLNK].contains(kind), "\(name) is no file, directory or link")
        try hold(status.st_mode & (S_ISUID | S_ISGID) == 0, "\(name) runs as somebody else")
        guard kind == S_IFLNK, let link = try? FileManager.default.destinationOfSymbolicLink(atPath: root + "/" + name)
        else { return }
        var depth = name.split(separator: "/").count - 1
        try hold(!link.hasPrefix("/"), "\(name) → \(link)")
        for step in link.split(separator: "/") where step != "." {
            depth += step == ".." ? -1 : 1
            try hold(depth >= 0, "\(name) → \(link)")
        }
    }

    private static let archives: [[UInt8]] = {
        var archive = TarArchive()
        archive.addDirectory([UInt8]("d"))
        archive.addFile([UInt8]("d/a"), [UInt8](repeating: 1, count: 700))
        archive.addLink([UInt8]("d/l"), to: [UInt8]("../f"))
        var long = TarArchive()
        long.addFile([UInt8](String(repeating: "n", count: 120)), mode: 0o4755, [1])
        return [archive.bytes, long.bytes]
    }()

    /// Of an empty qcow2 image of version 3, 16 MiB.
    private static func header() -> [UInt8] {
        let fields: [(UInt64, Int)] = [
            (0x5146_49fb, 4), (3, 4), (0, 8), (0, 4), (16, 4), (16 << 20, 8), (0, 4), (1, 4), (0x30000, 8), (0x10000, 8),
            (1, 4), (0, 4), (0, 8), (0, 8), (0, 8), (0, 8), (4, 4), (112, 4), (0, 8), (0, 8),
        ]
        return fields.flatMap { value, size in (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * (size - 1 - $0))) } }
    }
}

private final class Place: Sendable {
    let path: String

    init() {
        let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : FileManager.default.temporaryDirectory.path
        path = "\(base)/bulkhead-fuzz-\(getpid())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        atexit { Place.removeAll() }
    }

    func names() -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }

    private static func removeAll() {
        for base in ["/dev/shm", FileManager.default.temporaryDirectory.path] {
            try? FileManager.default.removeItem(atPath: "\(base)/bulkhead-fuzz-\(getpid())")
        }
    }
}

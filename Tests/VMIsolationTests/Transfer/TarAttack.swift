@testable import VMIsolation

/// A stream that a hostile guest may send, and what the error about it says.
struct TarAttack: CustomStringConvertible, Sendable {
    var description: String
    var detail: String
    var bytes: [UInt8]

    private init(_ description: String, _ detail: String, _ bytes: [UInt8]) {
        self.description = description
        self.detail = detail
        self.bytes = bytes
    }

    private static func pax(_ key: String, _ value: String) -> [UInt8] { record("x", TarTest.paxRecord(key, value)) }

    private static func record(_ type: Character, _ contents: String) -> [UInt8] { record(type, Array(contents.utf8)) }

    private static func record(_ type: Character, _ contents: [UInt8]) -> [UInt8] {
        TarTest.entry("record", type: type, contents: contents)
    }

    private static func path(of components: Int) -> [UInt8] {
        Array([[UInt8]](repeating: [0x61], count: components).joined(separator: [0x2F]))
    }

    static let all = paths + kinds + numbers + records + ends + collisions

    private static let paths: [TarAttack] = [
        TarAttack(
            "absolute path", "its path is absolute",
            TarTest.archive("/tmp/evil", contents: [1])),
        TarAttack(
            "path upwards", "its path leads upwards",
            TarTest.archive("../victim", contents: [1])),
        TarAttack(
            "path upwards in the middle", "its path leads upwards",
            TarTest.archive("a/../../victim", contents: [1])),
        TarAttack(
            "path that only ends upwards", "its path leads upwards",
            TarTest.archive("a/..", type: "5")),
        TarAttack(
            "absolute long path", "its path is absolute",
            record("L", "/tmp/evil\0") + TarTest.archive("a")),
        TarAttack(
            "zero byte in a long path", "its path holds a zero byte",
            record("L", "a\0b\0") + TarTest.archive("a")),
        TarAttack(
            "pax path upwards", "its path leads upwards",
            pax("path", "../victim") + TarTest.archive("a", contents: [1])),
        TarAttack(
            "pax path with a zero byte", "its path holds a zero byte",
            pax("path", "a\0b") + TarTest.archive("a")),
        TarAttack(
            "empty pax path", "its path is empty",
            pax("path", "") + TarTest.archive("a")),
        TarAttack(
            "ustar prefix upwards", "its path leads upwards",
            TarTest.archive("victim", change: { TarField.prefix.put(Array("..".utf8), into: &$0) })),
        TarAttack(
            "empty path", "its path is empty",
            TarTest.archive("")),
        TarAttack(
            "file in place of the directory itself", "a file cannot be the directory itself",
            TarTest.archive(".", contents: [1])),
        TarAttack(
            "link in place of the directory itself", "a link cannot be the directory itself",
            TarTest.archive(".", type: "2", target: "a")),
        TarAttack(
            "long name", "a name in its path is longer than 255 bytes",
            record("L", [UInt8](repeating: 0x61, count: 256)) + TarTest.archive("a")),
        TarAttack(
            "long path", "its path is longer than 4095 bytes",
            record("L", path(of: 3000)) + TarTest.archive("a")),
        TarAttack(
            "deep path", "it is deeper than 128 directories",
            record("L", path(of: 200)) + TarTest.archive("a")),
    ]

    private static let kinds: [TarAttack] = [
        TarAttack(
            "hard link", "it is a hard link",
            TarTest.archive("a", type: "1", target: "../victim")),
        TarAttack(
            "character device", "it is a device",
            TarTest.archive("a", type: "3")),
        TarAttack(
            "block device", "it is a device",
            TarTest.archive("a", type: "4")),
        TarAttack(
            "named pipe", "it is a named pipe",
            TarTest.archive("a", type: "6")),
        TarAttack(
            "GNU sparse file", "it is a sparse file in GNU's format",
            TarTest.archive("a", type: "S")),
        TarAttack(
            "pax sparse file", "it holds a sparse file in pax format",
            pax("GNU.sparse.major", "1") + TarTest.archive("a")),
        TarAttack(
            "multi-volume", "its type “M” is unknown",
            TarTest.archive("a", type: "M")),
        TarAttack(
            "unknown type", "its type “Z” is unknown",
            TarTest.archive("a", type: "Z")),
        TarAttack(
            "directory with contents", "it has contents but is no file",
            TarTest.archive("a", type: "5", contents: [1])),
        TarAttack(
            "link with contents", "it has contents but is no file",
            TarTest.archive("a", type: "2", target: "b", contents: [1])),
    ]

    private static let numbers: [TarAttack] = [
        TarAttack(
            "negative size", "its header holds a number that is malformed or out of range",
            TarTest.archive("a", change: { TarField.size.put(-512, into: &$0) })),
        TarAttack(
            "huge size", "with it the archive holds more than 68719476736 bytes",
            TarTest.archive("a", size: Int64.max)),
        TarAttack(
            "size beyond 64 bits", "its header holds a number that is malformed or out of range",
            TarTest.archive("a", change: { block in for i in 124..<136 { block[i] = 0x81 } })),
        TarAttack(
            "size that is no number", "its header holds a number that is malformed or out of range",
            TarTest.archive("a", change: { TarField.size.put(Array("12x4".utf8), into: &$0) })),
        TarAttack(
            "size with digits after a gap", "its header holds a number that is malformed or out of range",
            TarTest.archive("a", change: { TarField.size.put(Array("1 1".utf8), into: &$0) })),
        TarAttack(
            "huge pax size", "a pax record's size is no number",
            pax("size", "9999999999999999999") + TarTest.archive("a")),
        TarAttack(
            "negative pax size", "a pax record's size is no number",
            pax("size", "-1") + TarTest.archive("a")),
    ]

    private static let records: [TarAttack] = [
        TarAttack(
            "huge record", "a record of 1099511627776 bytes is empty or too long",
            TarTest.entry("x", type: "x", size: 1 << 40)),
        TarAttack(
            "empty record", "a record of 0 bytes is empty or too long",
            TarTest.entry("x", type: "x") + TarTest.archive("a")),
        TarAttack(
            "pax length of zero", "a pax record's length is wrong",
            record("x", "0 a=b\n") + TarTest.archive("a")),
        TarAttack(
            "pax length too long", "a pax record's length is wrong",
            record("x", "99 a=b\n") + TarTest.archive("a")),
        TarAttack(
            "pax length too short", "a pax record's length is wrong",
            record("x", "2 a=b\n") + TarTest.archive("a")),
        TarAttack(
            "pax length overflow", "a pax record's length is wrong",
            record("x", "99999999999999999999 a=b\n") + TarTest.archive("a")),
        TarAttack(
            "pax without equals", "a pax record is malformed",
            record("x", "5 ab\n") + TarTest.archive("a")),
        TarAttack(
            "global path", "it has global records about names or sizes",
            record("g", TarTest.paxRecord("path", "b")) + TarTest.archive("a")),
    ]

    private static let ends: [TarAttack] = [
        TarAttack(
            "wrong checksum", "a header's checksum is wrong",
            Array(TarTest.archive("a").enumerated().map { $0.offset == 0 ? 0x62 : $0.element })),
        TarAttack(
            "no magic", "a header is neither in POSIX' nor in GNU's format",
            TarTest.archive("a", change: { TarField.magic.put([0, 0, 0, 0, 0, 0, 0, 0], into: &$0) })),
        TarAttack(
            "record without an entry", "it ends after a record about a further entry",
            pax("path", "b") + TarEntry.endOfArchive),
        TarAttack(
            "one zero block in the middle", "a single zero block is in the middle of it",
            [UInt8](repeating: 0, count: 512) + TarTest.archive("a")),
        TarAttack(
            "nothing", "the stream ended before the archive did",
            []),
        TarAttack(
            "half a header", "the stream ended before the archive did",
            Array(TarTest.archive("a").prefix(100))),
        TarAttack(
            "no end", "the stream ended before the archive did",
            TarTest.entry("a", contents: [1])),
        TarAttack(
            "half an end", "the stream ended before the archive did",
            TarTest.entry("a", contents: [1]) + [UInt8](repeating: 0, count: 512)),
    ]

    private static let collisions: [TarAttack] = [
        TarAttack(
            "through a link of its own", "“l” is there already and is no directory",
            TarTest.entry("l", type: "2", target: "d") + TarTest.entry("d", type: "5")
                + TarTest.archive("l/f", contents: [1])),
        TarAttack(
            "through a file of its own", "“f” is there already and is no directory",
            TarTest.entry("f", contents: [1]) + TarTest.archive("f/g", contents: [1])),
        TarAttack(
            "file where a directory is", "“d” is there already and is neither a file nor a link",
            TarTest.entry("d", type: "5") + TarTest.archive("d", contents: [1])),
        TarAttack(
            "link where a directory is", "“d” is there already and is neither a file nor a link",
            TarTest.entry("d", type: "5") + TarTest.archive("d", type: "2", target: "x")),
        TarAttack(
            "directory where a file is", "“f” is there already and is no directory",
            TarTest.entry("f", contents: [1]) + TarTest.archive("f", type: "5")),
        TarAttack(
            "directory where a link is", "“l” is there already and is no directory",
            TarTest.entry("l", type: "2", target: "x") + TarTest.archive("l", type: "5")),
    ]
}

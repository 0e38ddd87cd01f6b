/// A stream as a guest may send it when its files are fetched, and which a careless reader would follow out of the
/// directory that they are meant for.
struct HostileArchive: Sendable {
    var id: String
    var tried: String
    var bytes: [UInt8]

    private init(_ id: String, _ tried: String, _ entries: [UInt8]) {
        self.id = id
        self.tried = tried
        bytes = Self.entry(Self.top, type: "5", mode: "0000755") + entries + [UInt8](repeating: 0, count: 1024)
    }

    /// The name of the directory that is fetched.
    static let top = "sandbox"

    /// What must come through.
    static let honest = HostileArchive(
        "control-files", "fetch a file", entry("\(top)/hello", content: Array("hello".utf8)))

    /// - Parameter bait: an absolute path that nothing may be written to, beside the parent of what is fetched.
    static func all(bait: String) -> [HostileArchive] {
        let content = Array("through".utf8)
        return [
            .init("file-absolute", "send a file with an absolute name", entry("\(bait)/absolute", content: content)),
            .init("file-upwards", "send a file whose name leads upwards", entry("../bait/up", content: content)),
            .init(
                "file-upwards-within", "send a file whose name leads upwards in its middle",
                entry("\(top)/../../bait/middle", content: content)),
            .init(
                "file-through-link", "send a link out, then a file through it",
                entry("\(top)/link", type: "2", target: bait) + entry("\(top)/link/through", content: content)),
            .init(
                "link-absolute", "send a link to a file of the host",
                entry("\(top)/link", type: "2", target: "/etc/passwd")),
            .init(
                "link-upwards", "send a link that leads upwards",
                entry("\(top)/link", type: "2", target: "../../bait/secret")),
            .init(
                "link-hard", "send a hard link to a file of the host",
                entry("\(top)/hard", type: "1", target: "\(bait)/secret")),
            .init("file-device", "send a device", entry("\(top)/device", type: "3")),
            .init("file-pipe", "send a named pipe", entry("\(top)/pipe", type: "6")),
            .init("file-setuid", "send a program that runs as its owner", entry("\(top)/program", mode: "0004755")),
            .init("file-sparse", "send a terabyte of nothing", sparse),
            .init("file-deep", "send a file below 200 directories", deep),
        ]
    }

    /// GNU's record of a name that is too long for a header.
    private static let deep: [UInt8] = {
        let name = Array((top + String(repeating: "/d", count: 200) + "/file\0").utf8)
        return entry("././@LongLink", type: "L", content: name) + entry("file", content: Array("through".utf8))
    }()

    /// GNU's old form of a sparse file: no data, and a length.
    private static let sparse: [UInt8] = entry("\(top)/sparse", type: "S", magic: "ustar  \0") { block in
        // Where its only piece of data begins, and the whole length; between them, that the piece is empty.
        let terabyte: [UInt8] = [0x80, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
        for place in [386, 483] { block.replaceSubrange(place..<place + 12, with: terabyte) }
        block.replaceSubrange(398..<409, with: octal(0).utf8)
    }

    private static func entry(
        _ name: String, type: Character = "0", target: String = "", mode: String = "0000644",
        magic: String = "ustar\000", content: [UInt8] = [], change: (inout [UInt8]) -> Void = { _ in }
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at start: Int) {
            block.replaceSubrange(start..<start + text.utf8.count, with: Array(text.utf8))
        }
        put(name, at: 0)
        put(mode, at: 100)
        for field in [108, 116, 329, 337] { put("0000000", at: field) }
        put(octal(content.count), at: 124)
        put(octal(0), at: 136)
        put("        ", at: 148)
        put(String(type), at: 156)
        put(target, at: 157)
        put(magic, at: 257)
        change(&block)
        put(String(octal(block.reduce(0) { $0 + Int($1) }).suffix(6)) + "\0", at: 148)
        let padding = (512 - content.count % 512) % 512
        return block + content + [UInt8](repeating: 0, count: padding)
    }

    private static func octal(_ number: Int) -> String {
        let digits = String(number, radix: 8)
        return String(repeating: "0", count: 11 - digits.count) + digits
    }
}

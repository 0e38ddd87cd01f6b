/// The little of ZooKeeper's protocol that detection needs. Requests are frames, as they are sent.
enum ZooKeeperProtocol {
    /// What a reply says of its request; others' codes are kept.
    struct Code: RawRepresentable, Hashable {
        let rawValue: Int32
        static let ok = Code(rawValue: 0)
        static let noNode = Code(rawValue: -101)
        static let notAllowed = Code(rawValue: -102)
        static let authenticationFailed = Code(rawValue: -115)
    }

    /// Numbers of frames that answer no request of ours.
    static let event: Int32 = -1
    static let ping: Int32 = -2
    static let authentication: Int32 = -4

    private enum Call: Int32 {
        case exists = 3
        case read = 4
        case list = 8
        case ping = 11
        case authenticate = 100
    }

    /// What makes a session the same one over another connection.
    struct Session: Hashable {
        var id: Int64
        var password: [UInt8]
    }

    static func connect(_ session: Session?, seen: Int64, timeout: Duration) -> [UInt8] {
        var writer = JuteWriter()
        writer.write(Int32(0))
        writer.write(seen)
        writer.write(
            Int32(clamping: timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000))
        writer.write(session?.id ?? 0)
        writer.write(session?.password ?? [UInt8](repeating: 0, count: 16))
        writer.write(false)
        return writer.frame
    }

    static func exists(_ path: String, number: Int32) -> [UInt8] { watched(.exists, path, number, watch: true) }
    static func list(_ path: String, number: Int32) -> [UInt8] { watched(.list, path, number, watch: true) }
    /// What a node holds never changes: masters only come and go.
    static func read(_ path: String, number: Int32) -> [UInt8] { watched(.read, path, number, watch: false) }

    static func pingFrame() -> [UInt8] { header(.ping, ping).frame }

    static func authenticate(_ credential: String) -> [UInt8] {
        var writer = header(.authenticate, authentication)
        writer.write(Int32(0))
        writer.write("digest")
        writer.write(credential)
        return writer.frame
    }

    private static func header(_ call: Call, _ number: Int32) -> JuteWriter {
        var writer = JuteWriter()
        writer.write(number)
        writer.write(call.rawValue)
        return writer
    }

    private static func watched(_ call: Call, _ path: String, _ number: Int32, watch: Bool) -> [UInt8] {
        var writer = header(call, number)
        writer.write(path)
        writer.write(watch)
        return writer.frame
    }

    /// The answer to ``connect(_:seen:timeout:)``.
    struct Connected {
        /// In milliseconds; 0 where the session has expired.
        let timeout: Int32
        let session: Session

        init(_ frame: [UInt8]) throws(MalformedMessage) {
            var reader = JuteReader(frame)
            _ = try reader.number(Int32.self)
            timeout = try reader.number()
            let id = try reader.number(Int64.self)
            session = Session(id: id, password: try reader.buffer())
        }
    }

    /// Every later frame; its rest depends on what was asked.
    struct Reply {
        let number: Int32
        let transaction: Int64
        let code: Code
        var rest: JuteReader

        init(_ frame: [UInt8]) throws(MalformedMessage) {
            rest = JuteReader(frame)
            number = try rest.number()
            transaction = try rest.number()
            code = Code(rawValue: try rest.number())
        }
    }
}

import Glibc
import Isolation
import Synchronization

extension OlderEndpoint {
    static let files: [(String, Show)] = [
        ("/files/browse", browse), ("/files/read", read), ("/files/download", download),
    ]

    private static func path(_ call: HTTPCall) throws(Refusal) -> String {
        guard let path = call.query["path"], !path.isEmpty else {
            throw Refusal(status: 400, text: "Expecting 'path=value' in query.")
        }
        return path
    }

    private static let browse: Show = { agent, call in
        let files = try await agent.list(try path(call))
        return HTTPAnswer(
            .array(
                files.map {
                    .object([
                        ("path", .string($0.path)), ("nlink", .integer(Int64($0.status.st_nlink))),
                        ("size", .integer(Int64($0.status.st_size))),
                        ("mtime", .integer(Int64($0.status.st_mtim.tv_sec))), ("mode", .string($0.modeText)),
                        ("uid", .string($0.owner)), ("gid", .string($0.group)),
                    ])
                }), for: call)
    }

    private static let read: Show = { agent, call in
        let path = try path(call)
        let (offset, length) = (try number("offset", call), try number("length", call))
        let file = try await agent.open(path)
        guard offset >= 0 else {
            return HTTPAnswer(.object([("offset", .integer(Int64(file.size))), ("data", .string(""))]), for: call)
        }
        let wanted = length < 0 ? Operator.mostRead : Int(min(length, Int64(Operator.mostRead)))
        let bytes = file.read(at: UInt64(offset), upTo: wanted)
        return HTTPAnswer(
            .object([("offset", .integer(offset)), ("data", .string(String(decoding: bytes, as: UTF8.self)))]),
            for: call)
    }

    /// -1 where it is missing.
    private static func number(_ name: String, _ call: HTTPCall) throws(Refusal) -> Int64 {
        guard let text = call.query[name] else { return -1 }
        guard let number = Int64(text), number >= -1 else {
            throw Refusal(status: 400, text: "'\(name)' is no number from -1 up: “\(text)”")
        }
        return number
    }

    private static let download: Show = { agent, call in
        let path = try path(call)
        let file = try await agent.open(path)
        let name = path.split(separator: "/").last.map(String.init) ?? "file"
        let plain = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._- ".contains($0)) ? $0 : "_" }
        // What it has now: a file that grows meanwhile would never end.
        let size = file.size
        let sent = Mutex<UInt64>(0)
        let parts = AsyncStream<[UInt8]> {
            sent.withLock { sent in
                let part = file.read(at: sent, upTo: Int(min(64 << 10, size - min(sent, size))))
                sent += UInt64(part.count)
                return part.isEmpty ? nil : part
            }
        }
        return HTTPAnswer(
            status: 200,
            headers: [
                ("Content-Type", "application/octet-stream"), ("X-Content-Type-Options", "nosniff"),
                ("Content-Disposition", "attachment; filename=\"\(String(plain))\""),
            ], body: .stream(parts))
    }
}

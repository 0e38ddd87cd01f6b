import TestSupport

@testable import Mesos

/// A ZooKeeper of one connection, that says what a test tells it to.
struct ZooKeeperScript {
    let peer: SocketPeer

    /// What the client said when it connected.
    struct Greeting {
        let seen: Int64
        let timeout: Int32
        let session: Int64
        let password: [UInt8]
    }

    /// The next request, without its length.
    func request(within limit: Duration = .seconds(60)) async throws -> [UInt8] {
        var length = JuteReader(try await peer.read(4, within: limit))
        return try await peer.read(Int(try length.number(Int32.self)), within: limit)
    }

    func greeting() async throws -> Greeting {
        var reader = JuteReader(try await request())
        _ = try reader.number(Int32.self)
        return Greeting(
            seen: try reader.number(), timeout: try reader.number(), session: try reader.number(),
            password: try reader.buffer())
    }

    func send(_ write: (inout JuteWriter) -> Void) {
        var writer = JuteWriter()
        write(&writer)
        peer.send(writer.frame)
    }

    func accept(timeout: Int32 = 30_000, session: Int64 = 7) {
        send {
            $0.write(Int32(0))
            $0.write(timeout)
            $0.write(session)
            $0.write([UInt8](repeating: 9, count: 16))
            $0.write(false)
        }
    }

    /// Answers the next request that is no ping; returns its kind and path.
    @discardableResult
    func answer(
        _ code: ZooKeeperProtocol.Code = .ok, _ write: (inout JuteWriter) -> Void = { _ in }
    ) async throws -> (kind: Int32, path: String) {
        var reader = JuteReader(try await request())
        var (number, kind) = (try reader.number(Int32.self), try reader.number(Int32.self))
        while number == ZooKeeperProtocol.ping {
            reader = JuteReader(try await request())
            (number, kind) = (try reader.number(), try reader.number())
        }
        send {
            $0.write(number)
            $0.write(Int64(1000))
            $0.write(code.rawValue)
            write(&$0)
        }
        return (kind, try reader.text())
    }

    func list(_ names: [String]) async throws {
        let (kind, _) = try await answer {
            $0.write(Int32(names.count))
            for name in names { $0.write(name) }
        }
        guard kind == 8 else { throw WaitFailure(what: "a list, not a call \(kind)") }
    }

    func read(_ content: String) async throws {
        let (kind, _) = try await answer {
            $0.write(content)
            for _ in 0..<68 { $0.write(UInt8(0)) }
        }
        guard kind == 4 else { throw WaitFailure(what: "a reading, not a call \(kind)") }
    }

    /// A change of the path's children.
    func event() {
        send {
            $0.write(Int32(-1))
            $0.write(Int64(-1))
            $0.write(Int32(0))
            $0.write(Int32(4))
            $0.write(Int32(3))
            $0.write("/mesos")
        }
    }

    /// Accepts, and shows one master.
    func show(_ master: String) async throws -> Greeting {
        let greeting = try await greeting()
        accept()
        try await list(["log_replicas", "json.info_0000000001"])
        try await read(#"{"pid":"\#(master)"}"#)
        return greeting
    }
}

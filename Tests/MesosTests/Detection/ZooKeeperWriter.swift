import TestSupport

@testable import Mesos

/// Changes what a ZooKeeper holds. Its session, and with it its ephemeral nodes, lasts until it is closed.
final class ZooKeeperWriter: Sendable {
    private let script: ZooKeeperScript

    init(port: Int, credential: String? = nil, within limit: Duration = .seconds(60)) async throws {
        script = ZooKeeperScript(peer: try SocketPeer(port: port))
        script.peer.send(ZooKeeperProtocol.connect(nil, seen: 0, timeout: .seconds(600)))
        guard try await ZooKeeperProtocol.Connected(script.request(within: limit)).timeout > 0 else {
            throw WaitFailure(what: "a session")
        }
        guard let credential else { return }
        script.peer.send(ZooKeeperProtocol.authenticate(credential))
        _ = try await reply()
    }

    /// Makes a node that ends with the session, or one that stays.
    ///
    /// - Parameter isPrivate: whether only who has the same credential may read it.
    /// - Returns: its path.
    @discardableResult
    func create(_ path: String, _ content: [UInt8] = [], stays: Bool = false, isPrivate: Bool = false) async throws
        -> String
    {
        script.send {
            $0.write(Int32(1))
            $0.write(Int32(1))
            $0.write(path)
            $0.write(content)
            $0.write(Int32(1))
            $0.write(Int32(31))
            $0.write(isPrivate ? "auth" : "world")
            $0.write(isPrivate ? "" : "anyone")
            // With a _ at its end the name gets a number.
            $0.write(Int32((stays ? 0 : 1) + (path.hasSuffix("_") ? 2 : 0)))
        }
        var reply = try await reply()
        return try reply.rest.text()
    }

    func delete(_ path: String) async throws {
        script.send {
            $0.write(Int32(1))
            $0.write(Int32(2))
            $0.write(path)
            $0.write(Int32(-1))
        }
        _ = try await reply()
    }

    func close() async throws {
        script.send {
            $0.write(Int32(1))
            $0.write(Int32(-11))
        }
        try await script.peer.awaitEnd()
    }

    private func reply() async throws -> ZooKeeperProtocol.Reply {
        let reply = try await ZooKeeperProtocol.Reply(script.request())
        guard reply.code == .ok else { throw WaitFailure(what: "an answer without the code \(reply.code.rawValue)") }
        return reply
    }
}

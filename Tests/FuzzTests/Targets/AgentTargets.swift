import FoundationEssentials
import Mesos
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization

@testable import Agent

extension FuzzTarget {
    static let agent = [
        FuzzTarget(
            "http",
            seeds: [
                [64]
                    + [UInt8](
                        "POST /slave(1)/mesos.internal.PingSlaveMessage HTTP/1.1\r\nHost: \r\n"
                            + "Libprocess-From: slave-observer(1)@127.0.0.1:5050\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "2\r\n\u{8}\u{1}\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n"),
                [0]
                    + [UInt8](
                        "POST /slave(1)/x HTTP/1.1\r\nUser-Agent: libprocess/a@127.0.0.1:1\r\nContent-Length: 3\r\n\r\nabc"),
            ]
        ) { bytes in
            let (first, second) = bytes.halves
            try hold(messages([first + second]) == messages([first, second]), "a cut changes the messages")
        },
        FuzzTarget(
            "request-target", longest: 512, seeds: [[UInt8]("/slave(1)/files/read?path=a%20b&offset=1"), [UInt8]("/a/../b#c")]
        ) { bytes in
            guard let target = RequestTarget(String(decoding: bytes, as: UTF8.self)) else { return }
            let texts = [target.path] + target.query.flatMap { [$0.key, $0.value] }
            try hold(!texts.contains { $0.utf8.contains(0) }, "a zero byte has come through")
            try hold(target.path.hasPrefix("/"), "“\(target.path)” does not begin at the root")
        },
        FuzzTarget("token", longest: 1024, seeds: [[UInt8](ours.signed(with: foreignSecret)), [UInt8](ours.signed(with: secret))])
        { bytes in
            guard let token = try? ExecutorToken(String(decoding: bytes, as: UTF8.self), secret: secret, now: 0) else { return }
            // Nobody but us can sign: what is taken must be what we have signed.
            try hold(token == ours, "a forged token was taken: \(token)")
        },
    ]

    private static let ours = ExecutorToken(framework: "f", executor: "e", container: "c")
    private static let secret = newSecret()
    private static let foreignSecret = newSecret()

    private static func newSecret() -> ExecutorSecret {
        let path = FileManager.default.temporaryDirectory.path + "/fuzz-secret-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard let secret = try? ExecutorSecret(path: path) else { fatalError("\(path) cannot be written") }
        return secret
    }

    /// What a connection that carried these bytes gave to the agent.
    private static func messages(_ parts: [[UInt8]]) -> [LibprocessMessage] {
        let receiver = Receiver()
        let channel = EmbeddedChannel()
        let arrival = FirstByte()
        let handlers: [any ChannelHandler] = [
            arrival, HTTPResponseEncoder(), ByteToMessageHandler(HTTPRequestDecoder()),
            MessageHandler(receiver, peer: "127.0.0.1", arrival: arrival),
        ]
        try? channel.pipeline.syncOperations.addHandlers(handlers)
        for part in parts { try? channel.writeInbound(ByteBuffer(bytes: part)) }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        return receiver.messages.withLock { $0 }
    }
}

private final class Receiver: LibprocessReceiver {
    let messages = Mutex<[LibprocessMessage]>([])

    func receive(_ message: LibprocessMessage, peer: String?) -> Bool {
        messages.withLock { $0.append(message) }
        return true
    }
}

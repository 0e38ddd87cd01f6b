import Agent
import Mesos
import Synchronization
import TestSupport
import Testing

/// Keeps the messages for processes whose id begins with `slave`.
private final class Inbox: LibprocessReceiver {
    let messages = Mutex<[LibprocessMessage]>([])
    let peers = Mutex<Set<String?>>([])

    func receive(_ message: LibprocessMessage, peer: String?) -> Bool {
        peers.withLock { _ = $0.insert(peer) }
        messages.withLock { $0.append(message) }
        return message.receiver.hasPrefix("slave")
    }

    var bodies: [String] { messages.withLock { $0.map { String(decoding: $0.body, as: UTF8.self) } } }
}

struct MessageTests {
    private let inbox = Inbox()

    private func served(
        _ handlers: [String: any HTTPHandler] = [:], _ limits: HTTPLimits = HTTPLimits(),
        _ body: (Int) async throws -> Void
    ) async throws {
        var routes = Routes()
        for (path, handler) in handlers { routes.add(path, handler) }
        let server = AgentServer(
            routes: routes, address: .tcp(host: "127.0.0.1", port: 0), limits: limits, messages: inbox)
        guard case .tcp(_, let port) = try await server.start() else { throw WaitFailure(what: "a port") }
        do { try await body(port) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// As the release writes it.
    private func message(_ body: String, to id: String = "slave(1)") -> String {
        """
        POST /\(id)/mesos.internal.PingSlaveMessage HTTP/1.1\r
        User-Agent: libprocess/slave-observer(1)@127.0.0.1:5050\r
        Libprocess-From: slave-observer(1)@127.0.0.1:5050\r
        Connection: Keep-Alive\r
        Host: \r

        """
            + (body.isEmpty
                ? "\r\n"
                : "Transfer-Encoding: chunked\r\n\r\n\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
    }

    /// The statuses of so many answers.
    private func statuses(_ client: Client, _ count: Int) async throws -> [String] {
        var text = ""
        while text.ranges(of: "\r\n\r\n").count < count {
            let more = try await client.text(until: "\r\n\r\n")
            guard !more.isEmpty else { throw WaitFailure(what: "\(count) answers; there came \(text)") }
            text += more
        }
        return text.split(separator: "\r\n").filter { $0.hasPrefix("HTTP/1.1 ") }.map { String($0.dropFirst(9)) }
    }

    @Test func aMessageOfTheReleaseIsTaken() async throws {
        try await served { port in
            let client = try Client(port: port)
            client.send(message("abc"))
            client.send(message("", to: "slave%281%29"))
            #expect(try await statuses(client, 2) == ["202 Accepted", "202 Accepted"])
        }
        let sender = UPID("slave-observer(1)@127.0.0.1:5050")
        #expect(inbox.messages.withLock { $0.map(\.sender) } == [sender, sender])
        #expect(inbox.messages.withLock { $0.map(\.receiver) } == ["slave(1)", "slave(1)"])
        #expect(inbox.messages.withLock { $0.first?.name } == "mesos.internal.PingSlaveMessage")
        #expect(inbox.bodies == ["abc", ""])
        #expect(inbox.peers.withLock { $0 } == ["127.0.0.1"])
    }

    @Test func messagesInPiecesAndWithALengthAreTaken() async throws {
        try await served { port in
            let client = try Client(port: port)
            for byte in message("abc").utf8 {
                client.send([byte])
                try await Task.sleep(for: .milliseconds(1))
            }
            client.send("POST /slave(1)/x.Y HTTP/1.1\r\nLibprocess-From: a@127.0.0.1:1\r\nContent-Length: 3\r\n\r\ndef")
            #expect(try await statuses(client, 2) == ["202 Accepted", "202 Accepted"])
        }
        #expect(inbox.bodies == ["abc", "def"])
    }

    /// As Mesos does without a link: what it has to say, and gone, with no eye for the answers.
    @Test func messagesOfAPeerThatHasGoneAreTaken() async throws {
        try await served { port in
            let client = try Client(port: port)
            client.send((0..<200).map { message("\($0)") }.joined())
            client.abandon()
            try await eventually("200 messages", within: .seconds(60)) { inbox.bodies.count == 200 ? true : nil }
        }
        #expect(inbox.bodies == (0..<200).map { "\($0)" })
    }

    @Test func answersKeepTheirOrder() async throws {
        try await served(["/slow": Slow()]) { port in
            let client = try Client(port: port)
            client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + message("a") + message("b", to: "nobody"))
            client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + message("c"))
            #expect(
                try await statuses(client, 5) == ["200 OK", "202 Accepted", "404 Not Found", "200 OK", "202 Accepted"])
        }
        #expect(inbox.bodies == ["a", "b", "c"])
    }

    @Test func whatNamesNoSenderIsRefusedAndOtherPostsAreCalls() async throws {
        try await served(["/slave": Echo()]) { port in
            let client = try Client(port: port)
            client.send("POST /slave(1)/x HTTP/1.1\r\nLibprocess-From: nobody\r\nContent-Length: 1\r\n\r\na")
            client.send("POST /slave/x HTTP/1.1\r\nUser-Agent: curl\r\nContent-Length: 1\r\n\r\nb")
            client.send(
                "POST /slave(1)/x HTTP/1.1\r\nUser-Agent: libprocess/a@127.0.0.1:1\r\nConnection: close\r\n\r\n")
            let text = try await client.rest()
            #expect(text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) } == ["400", "200", "202"])
        }
        #expect(inbox.bodies == [""])
    }

    @Test func aSilentLinkStaysOpenAndOthersDoNot() async throws {
        let short = HTTPLimits {
            $0.idleTime = .milliseconds(200)
            $0.headTime = .milliseconds(200)
        }
        try await served([:], short) { port in
            let client = try Client(port: port)
            client.send(message("a"))
            #expect(try await statuses(client, 1) == ["202 Accepted"])
            try await Task.sleep(for: .seconds(1))
            client.send(message("b").dropLast(20).description)
            try await Task.sleep(for: .seconds(1))
            client.send(message("b").suffix(20).description)
            #expect(try await statuses(client, 1) == ["202 Accepted"])
        }
        try await served([:], short) { port in
            let client = try Client(port: port)
            client.send(message("a", to: "nobody"))
            #expect(try await client.rest().hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func tooLargeAMessageEndsItsConnection() async throws {
        try await served { port in
            let client = try Client(port: port)
            client.send(
                "POST /slave(1)/x HTTP/1.1\r\nLibprocess-From: a@127.0.0.1:1\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = Array("100000\r\n".utf8) + [UInt8](repeating: 0, count: 1 << 20) + Array("\r\n".utf8)
            var sent = 0
            while sent < 200, client.send(chunk) { sent += 1 }
            #expect((64..<200).contains(sent))
        }
        #expect(inbox.bodies == [])
    }
}

/// Answers late.
private struct Slow: HTTPHandler {
    func answer(_ call: HTTPCall) async -> HTTPAnswer {
        try? await Task.sleep(for: .milliseconds(200))
        return HTTPAnswer(status: 200)
    }
}

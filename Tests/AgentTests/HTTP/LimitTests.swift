import Agent
import Foundation
import Glibc
import Isolation
import TestSupport
import Testing

@Suite(.serialized) struct LimitTests {
    @Test(arguments: ["a: \(String(repeating: "x", count: 5000))\r\n", String(repeating: "a: b\r\n", count: 200)])
    func tooLargeAHeadIsRefused(_ fields: String) async throws {
        try await served(["/plain": Plain()], HTTPLimits { $0.headSize = 4096 }) { port in
            let client = try Client(port: port)
            client.send("GET /plain HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
            #expect(try await client.rest().hasPrefix("HTTP/1.1 431 "))
        }
    }

    @Test func aHeadThatComesTooSlowlyIsGivenUp() async throws {
        try await served(["/plain": Plain()], HTTPLimits { $0.headTime = .milliseconds(400) }) { port in
            let client = try Client(port: port)
            let begin = ContinuousClock.now
            for byte in "GET /plain HTTP/1.1\r\nHost: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".utf8 {
                guard client.send([byte]) else { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try await client.some() == nil)
            #expect(ContinuousClock.now - begin < .seconds(60))
        }
    }

    @Test func anIdleConnectionIsGivenUp() async throws {
        try await served(["/plain": Plain()], HTTPLimits { $0.idleTime = .milliseconds(300) }) { port in
            let client = try Client(port: port)
            #expect(try await client.some() == nil)
            let other = try Client(port: port)
            other.send("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await other.rest().hasSuffix("plain."))
        }
    }

    @Test func aBodyThatStopsComingIsGivenUp() async throws {
        try await served(["/echo": Echo()], HTTPLimits { $0.bodyPause = .milliseconds(300) }) { port in
            let client = try Client(port: port)
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            #expect(try await client.some() == nil)
        }
    }

    /// A peer has so many connections and no more; when some go, others come.
    @Test func tenThousandConnectionsAreNotHad() async throws {
        let limits = HTTPLimits { ($0.connectionsPerPeer, $0.idleTime) = (64, .seconds(3600)) }
        try await served(["/plain": Plain()], limits) { port in
            var admitted: [Client] = []
            for _ in 0..<64 {
                // Connections live on several loops: only who has an answer is known to have come before the next.
                let client = try Client(port: port)
                try await Self.isAnswered(client)
                admitted.append(client)
            }
            for _ in 0..<100 {
                // Fewer at a time than the kernel holds for a server to accept: the next would wait for TCP's repetitions.
                let others = try (0..<100).map { _ in try Client(port: port) }
                for other in others { #expect(try await other.some() == nil) }
            }
            for client in admitted { try await Self.isAnswered(client) }
            admitted = []
            try await eventually("room for another", within: .seconds(120)) {
                let client = try Client(port: port)
                client.send("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n")
                return try await client.text(until: "plain.").isEmpty ? nil : true
            }
        }
    }

    private static func isAnswered(_ client: Client) async throws {
        client.send("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await client.text(until: "plain.").hasSuffix("plain."))
    }

    @Test func aUnixSocketIsForItsUserAlone() async throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/api.sock"
        var routes = Routes()
        routes.add("/plain", Plain())
        for _ in 0..<2 {
            let server = AgentServer(routes: routes, address: .unix(path: path))
            #expect(try await server.start() == .unix(path: path))
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
            let client = try Client(path: path)
            client.send("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.text(until: "plain.").hasSuffix("plain."))
            await server.stop()
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func anAddressThatCannotBeHadIsNamed() async throws {
        try await served([:]) { port in
            let taken = AgentServer(routes: Routes(), address: .tcp(host: "127.0.0.1", port: port))
            let error = await #expect(throws: BulkheadError.self) { try await taken.start() }
            #expect(error?.reason == .addressUnusable && error?.detail == "Address already in use")
        }
        let strange = AgentServer(routes: Routes(), address: .tcp(host: "192.0.2.1", port: 0))
        let error = await #expect(throws: BulkheadError.self) { try await strange.start() }
        #expect(error?.reason == .addressUnusable)
    }
}

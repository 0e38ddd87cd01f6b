import Agent
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct StreamTests {
    private static let get = "GET /feed HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test func eachRecordComesAtOnceInAChunkOfItsOwn() async throws {
        let feed = Feed()
        try await served(["/feed": feed]) { port in
            let client = try Client(port: port)
            client.send(Self.get)
            let head = try await client.text(until: "\r\n\r\n")
            #expect(head.contains("transfer-encoding: chunked") && !head.contains("ontent-Length"), "\(head)")
            for number in 0..<3 {
                feed.records.yield(Array("record \(number)\n".utf8))
                #expect(try await client.text(until: "\n\r\n") == "9\r\nrecord \(number)\n\r\n")
            }
            feed.records.finish()
            #expect(try await client.text(until: "0\r\n\r\n") == "0\r\n\r\n")
        }
    }

    @Test func aStreamStaysOpenLongerThanAnIdleConnection() async throws {
        let feed = Feed()
        let limits = HTTPLimits { ($0.idleTime, $0.headTime) = (.milliseconds(200), .milliseconds(200)) }
        try await served(["/feed": feed, "/plain": Plain()], limits) { port in
            let (client, companion) = (try Client(port: port), try Client(port: port))
            client.send(Self.get)
            _ = try await client.text(until: "\r\n\r\n")
            try await Task.sleep(for: .seconds(1))
            feed.records.yield([65])
            #expect(try await client.text(until: "A") == "1\r\nA\r\n")
            // As Mesos' executor library has one.
            companion.send("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await companion.text(until: "plain.").hasSuffix("plain."))
        }
    }

    @Test func aClientThatGoesAwayEndsItsStream() async throws {
        let feed = Feed()
        try await served(["/feed": feed]) { port in
            let client = try Client(port: port)
            client.send(Self.get)
            _ = try await client.text(until: "\r\n\r\n")
            #expect(!feed.hasEnded.withLock { $0 })
            client.abandon()
            try await eventually("the stream's end", within: .seconds(60)) { feed.hasEnded.withLock { $0 } ? true : nil }
        }
    }

    @Test func aClientThatGoesAwayCancelsItsCall() async throws {
        let patient = Patient()
        try await served(["/wait": patient]) { port in
            let client = try Client(port: port)
            client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
            try await Task.sleep(for: .milliseconds(100))
            client.abandon()
            try await eventually("the call's end", within: .seconds(60)) {
                patient.isCancelled.withLock { $0 } ? true : nil
            }
        }
    }

    @Test func whoReadsNothingIsNotSentMoreThanFitsOnTheWay() async throws {
        let flood = Flood()
        let limits = HTTPLimits { $0.readPause = .milliseconds(500) }
        try await served(["/flood": flood], limits) { port in
            let client = try Client(port: port)
            client.send("GET /flood HTTP/1.1\r\nHost: a\r\n\r\n")
            // Nothing is read until the server has given up: what the kernel has room for may change until then.
            try await eventually("the server to give up", within: .seconds(30)) {
                flood.hasEnded.load(ordering: .relaxed) ? true : nil
            }
            let records = flood.records.load(ordering: .relaxed)
            #expect(records * Flood.recordSize < 32 << 20)
            // What was on its way comes, and then the end: records, each with the frame of its chunk, and the head.
            let frame = "10000\r\n".utf8.count + "\r\n".utf8.count
            let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".utf8.count
            let most = head + records * (Flood.recordSize + frame)
            var taken = 0
            while taken <= most, let more = try await client.some() { taken += more.count }
            #expect(taken <= most)
        }
    }

    @Test func stoppingEndsStreamsAndIdleConnectionsAtOnceAndLetsAnswersFinish() async throws {
        let feed = Feed()
        var routes = Routes()
        routes.add("/feed", feed)
        routes.add("/slow", Slow())
        let server = AgentServer(routes: routes, address: .tcp(host: "127.0.0.1", port: 0))
        guard case .tcp(_, let port) = try await server.start() else { return }
        let (idle, stream, slow) = (try Client(port: port), try Client(port: port), try Client(port: port))
        stream.send(Self.get)
        slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try await stream.text(until: "\r\n\r\n")
        let begin = ContinuousClock.now
        await server.stop(within: .seconds(10))
        #expect(ContinuousClock.now - begin < .seconds(5))
        #expect(try await idle.some() == nil)
        #expect(try await stream.some() == nil)
        #expect(try await slow.rest().hasSuffix("slow."))
        // A program that another test starts at this moment holds the port until its exec.
        try await eventually("a closed port", within: .seconds(60)) { (try? Client(port: port)) == nil ? true : nil }
    }
}

private struct Slow: HTTPHandler {
    func answer(_ call: HTTPCall) async -> HTTPAnswer {
        try? await Task.sleep(for: .milliseconds(300))
        return HTTPAnswer(status: 200, text: "slow.")
    }
}

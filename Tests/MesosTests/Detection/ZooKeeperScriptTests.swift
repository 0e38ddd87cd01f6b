import TestSupport
import Testing

@testable import Mesos

/// Against a server that does what no good one would.
struct ZooKeeperScriptTests {
    private let server: SocketServer
    private let leaders: Leaders
    private let master = UPID("master@192.0.2.7:5050")

    init() throws {
        server = try SocketServer()
        leaders = Leaders(
            of: try masterDetector(
                for: "zk://127.0.0.1:\(server.port)/mesos", sessionTimeout: .seconds(6)))
    }

    private func connection() async throws -> ZooKeeperScript { ZooKeeperScript(peer: try await server.accept()) }

    enum Greeting: String, CaseIterable, Sendable {
        case end, silence, truncated, short, huge, negative, noise, password
    }

    @Test(arguments: Greeting.allCases)
    func aServerThatGreetsBadlyIsLeftForAnother(_ greeting: Greeting) async throws {
        let bad = try await connection()
        _ = try await bad.greeting()
        switch greeting {
        case .end: bad.peer.end()
        case .silence: break
        case .truncated:
            bad.peer.send([0, 0, 0, 37, 0, 0])
            bad.peer.end()
        case .short: bad.peer.send([0, 0, 0, 2, 0, 0])
        case .huge: bad.peer.send([0x7f, 0xff, 0xff, 0xff])
        case .negative: bad.peer.send([0xff, 0xff, 0xff, 0xff])
        case .noise: bad.peer.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        case .password: bad.peer.send([0, 0, 0, 20] + [0, 0, 0, 0, 0, 0, 9, 9, 0, 0, 0, 0, 0, 0, 0, 7, 0x7f, 0, 0, 0])
        }
        let good = try await connection()
        _ = try await good.show("master@192.0.2.7:5050")
        try await leaders.awaitLeader(master)
    }

    enum Answer: String, CaseIterable, Sendable {
        case hugeCount, negativeLength, noText, wrongNumber, flood, silence, code
    }

    @Test(arguments: Answer.allCases)
    func aServerThatAnswersBadlyIsLeftForAnother(_ answer: Answer) async throws {
        let bad = try await connection()
        _ = try await bad.greeting()
        bad.accept(timeout: answer == .silence ? 3000 : 30_000)
        switch answer {
        case .hugeCount: try await bad.answer { $0.write(Int32.max) }
        case .negativeLength:
            try await bad.answer {
                $0.write(Int32(1))
                $0.write(Int32(-9))
            }
        case .noText:
            try await bad.answer {
                $0.write(Int32(1))
                $0.write([0xff, 0xfe] as [UInt8])
            }
        case .wrongNumber:
            bad.send {
                $0.write(Int32(99))
                $0.write(Int64(1))
                $0.write(Int32(0))
            }
        case .flood:
            for _ in 0..<20_000 { bad.event() }
            bad.peer.end()
        case .silence: break
        case .code: try await bad.answer(.init(rawValue: -4))
        }
        let good = try await connection()
        _ = try await good.show("master@192.0.2.7:5050")
        try await leaders.awaitLeader(master)
    }

    @Test func aLostConnectionChangesNothingAndTheSessionGoesOn() async throws {
        let first = try await connection()
        let greeting = try await first.show("master@192.0.2.7:5050")
        #expect(greeting.session == 0 && greeting.timeout == 6000)
        #expect(try await leaders.next() == master)
        first.peer.end()
        let second = try await connection()
        let again = try await second.greeting()
        #expect(again.session == 7 && again.password == [UInt8](repeating: 9, count: 16) && again.seen == 1000)
        second.accept()
        try await second.list(["json.info_0000000001"])
        // The same leader is no news; another is, even at the same address.
        second.event()
        try await second.list(["json.info_0000000002"])
        try await second.read(#"{"pid":"master@192.0.2.7:5050"}"#)
        #expect(try await leaders.next() == master)
        second.event()
        try await second.list([])
        #expect(try await leaders.next() == nil)
        #expect(leaders.isQuiet)
    }

    @Test func anExpiredSessionMeansNoLeaderUntilOneIsFound() async throws {
        let first = try await connection()
        _ = try await first.show("master@192.0.2.7:5050")
        #expect(try await leaders.next() == master)
        first.peer.end()
        let second = try await connection()
        _ = try await second.greeting()
        second.accept(timeout: 0, session: 0)
        #expect(try await leaders.next() == nil)
        let third = try await connection()
        let greeting = try await third.show("master@192.0.2.7:5050")
        #expect(greeting.session == 0 && greeting.seen == 0)
        #expect(try await leaders.next() == master)
    }

    @Test func whoLeadsCountsNoMoreOnceTheSessionMustBeOver() async throws {
        let first = try await connection()
        _ = try await first.greeting()
        first.accept(timeout: 3000)
        try await first.list(["json.info_0000000001"])
        try await first.read(#"{"pid":"master@192.0.2.7:5050"}"#)
        #expect(try await leaders.next() == master)
        // From here on nobody answers.
        #expect(try await leaders.next() == nil)
    }

    /// A leader that goes while it is read, and a change while the list is on its way.
    @Test func changesInBetweenAreSeen() async throws {
        let server = try await connection()
        _ = try await server.greeting()
        server.accept()
        server.event()
        try await server.list(["json.info_0000000001"])
        try await server.answer(.noNode)
        try await server.list(["json.info_0000000002"])
        server.event()
        try await server.read(#"{"pid":"master@192.0.2.7:5050"}"#)
        #expect(try await leaders.next() == master)
        try await server.list([])
        #expect(try await leaders.next() == nil)
    }
}

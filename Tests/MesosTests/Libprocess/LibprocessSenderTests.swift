import Mesos
import NIOPosix
import SwiftProtobuf
import TestSupport
import Testing

struct LibprocessSenderTests {
    private let sender: LibprocessSender
    private let server: SocketServer
    private var master: UPID { UPID(id: "master", host: "127.0.0.1", port: server.port) }

    init() throws {
        server = try SocketServer()
        var limits = LibprocessSender.Limits()
        limits.waiting = 32 << 20
        sender = LibprocessSender(
            from: UPID(id: "", host: "127.0.0.1", port: 5051), group: MultiThreadedEventLoopGroup.singleton,
            limits: limits)
    }

    private func send(_ number: Int) throws {
        let message = Mesos_Internal_ShutdownMessage.with { $0.message = "\(number)" }
        try sender.send(message, from: "slave(1)", to: master)
    }

    /// Reads one message and tells what it says.
    private func read(_ peer: SocketPeer) async throws -> String {
        let text = try await peer.text(until: "\r\n0\r\n\r\n")
        #expect(text.hasPrefix("POST /master/mesos.internal.ShutdownMessage HTTP/1.1\r\n"), "\(text)")
        #expect(text.contains("\r\nLibprocess-From: slave(1)@127.0.0.1:5051\r\n"))
        return String(text.dropLast(4).reversed().prefix { $0.isNumber }.reversed())
    }

    @Test func messagesComeInOrderOverOneConnection() async throws {
        for number in 10..<110 { try send(number) }
        let peer = try await server.accept()
        for number in 10..<110 {
            #expect(try await read(peer) == "\(number)")
            peer.send(Array("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".utf8))
        }
        #expect(server.acceptIfAny() == nil && sender.dropped == 0)
        await sender.close()
        try await peer.awaitEnd()
    }

    @Test func theNextMessageAfterABreakMakesANewConnection() async throws {
        var broken = try sender.link(to: master).makeAsyncIterator()
        try send(1)
        do {
            let peer = try await server.accept()
            #expect(try await read(peer) == "1")
            // Unread bytes and a close: the sender's end gets a reset.
            try send(2)
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(await broken.next() != nil)
        #expect(await broken.next() == nil)
        try await eventually("a message on a new connection", within: .seconds(60)) {
            try send(3)
            return server.acceptIfAny()
        }
        await sender.close()
    }

    @Test func aConnectionThatCannotBeMadeIsTold() async throws {
        let free = try SocketServer().port
        var broken = try sender.link(to: UPID(id: "master", host: "127.0.0.1", port: free)).makeAsyncIterator()
        let reason = await broken.next()
        #expect(reason?.contains("refused") == true, "\(reason ?? "")")
        try sender.send(Mesos_Internal_PongSlaveMessage(), from: "a", to: UPID(id: "b", host: "127.0.0.1", port: free))
        try await eventually("a dropped message", within: .seconds(60)) { sender.dropped == 1 ? true : nil }
    }

    @Test func aPeerThatReadsNothingFillsTheQueueAndNoMore() async throws {
        let big = Mesos_Internal_ShutdownMessage.with { $0.message = String(repeating: "x", count: 8 << 20) }
        let error = await #expect(throws: LibprocessError.self) {
            for _ in 0..<50 {
                try sender.send(big, from: "slave(1)", to: master)
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        #expect(error?.reason == .queueFull)
        #expect(sender.dropped == 1)
        // Another address does not suffer.
        let other = try SocketServer()
        try sender.send(
            Mesos_Internal_PongSlaveMessage(), from: "a", to: UPID(id: "b", host: "127.0.0.1", port: other.port))
        #expect(try await other.accept().text(until: "\r\n\r\n").hasPrefix("POST /b/mesos.internal.PongSlaveMessage "))
        await sender.close()
    }

    @Test func whatCannotBeSentIsNamed() async throws {
        let incomplete = #expect(throws: LibprocessError.self) {
            try sender.send(Mesos_Internal_PingSlaveMessage(), from: "a", to: master)
        }
        #expect(incomplete?.reason == .incompleteMessage)
        for nowhere in ["@0.0.0.0:0", "master@127.0.0.1:0"] {
            let receiver = try #require(UPID(nowhere))
            let error = #expect(throws: LibprocessError.self) {
                try sender.send(Mesos_Internal_PongSlaveMessage(), from: "a", to: receiver)
            }
            #expect(error?.reason == .addressUnusable)
        }
        await sender.close()
        let closed = #expect(throws: LibprocessError.self) { try send(1) }
        #expect(closed?.reason == .closed)
    }

    @Test func closingEndsTheLinks() async throws {
        var broken = try sender.link(to: master).makeAsyncIterator()
        let peer = try await server.accept()
        await sender.close()
        #expect(await broken.next() != nil)
        try await peer.awaitEnd()
    }
}

import Foundation
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

struct LibprocessMessageTests {
    private let agent = UPID(id: "slave(1)", host: "127.0.0.1", port: 5051)

    private func read(
        _ target: String, _ headers: [(String, String)] = [("Libprocess-From", "master@127.0.0.1:5050")],
        method: String = "POST"
    ) -> LibprocessMessage? {
        LibprocessMessage(method: method, target: target, headers: headers, body: [8, 1])
    }

    /// From a recording of the release's agent.
    @Test func aMessageIsWrittenAsTheReleaseWritesIt() throws {
        let update = Mesos_Internal_UpdateSlaveMessage.with {
            $0.slaveID.value = "43ff166b-73c9-4b1e-a0bf-b71cc6991e1e-S0"
            $0.updateOversubscribedResources = false
            $0.operations = .init()
            $0.resourceVersionUuid.value = .init([
                0x42, 0xf7, 0x77, 0xaa, 0xa0, 0xe7, 0x43, 0x3b, 0x8b, 0xe3, 0x08, 0xf8, 0x9e, 0x07, 0xdd, 0xfe,
            ])
            $0.resourceProviders = .init()
        }
        let message = LibprocessMessage(
            sender: agent, receiver: "master", name: "mesos.internal.UpdateSlaveMessage",
            body: try update.serializedBytes())
        let recorded =
            Array(
                """
                POST /master/mesos.internal.UpdateSlaveMessage HTTP/1.1\r
                User-Agent: libprocess/slave(1)@127.0.0.1:5051\r
                Libprocess-From: slave(1)@127.0.0.1:5051\r
                Connection: Keep-Alive\r
                Host: \r
                Transfer-Encoding: chunked\r
                \r
                45\r

                """.utf8) + [10, 41, 10, 39] + Array("43ff166b-73c9-4b1e-a0bf-b71cc6991e1e-S0".utf8)
            + [0x28, 0, 0x32, 0, 0x3a, 0x12, 10, 0x10, 0x42, 0xf7, 0x77, 0xaa, 0xa0, 0xe7, 0x43, 0x3b, 0x8b, 0xe3]
            + [0x08, 0xf8, 0x9e, 0x07, 0xdd, 0xfe, 0x42, 0] + Array("\r\n0\r\n\r\n".utf8)
        let master = UPID(id: "master", host: "127.0.0.1", port: 5050)
        #expect(
            String(decoding: message.encoded(to: master), as: UTF8.self) == String(decoding: recorded, as: UTF8.self))
        #expect(message.encoded(to: master) == recorded)
    }

    @Test func anEmptyMessageHasNoBody() {
        let message = LibprocessMessage(
            sender: agent, receiver: "slave-observer(1)", name: "mesos.internal.PongSlaveMessage", body: [])
        let recorded = """
            POST /slave-observer(1)/mesos.internal.PongSlaveMessage HTTP/1.1\r
            User-Agent: libprocess/slave(1)@127.0.0.1:5051\r
            Libprocess-From: slave(1)@127.0.0.1:5051\r
            Connection: Keep-Alive\r
            Host: \r
            \r

            """
        let observer = UPID(id: "slave-observer(1)", host: "127.0.0.1", port: 5050)
        #expect(String(decoding: message.encoded(to: observer), as: UTF8.self) == recorded)
    }

    @Test func aReceiverCannotBreakTheHead() {
        let strange = UPID(id: "a b/\r\nX: y?%", host: "127.0.0.1", port: 5050)
        let text = String(
            decoding: LibprocessMessage(sender: agent, receiver: "", name: "n", body: []).encoded(to: strange),
            as: UTF8.self)
        #expect(text.hasPrefix("POST /a%20b%2f%0d%0aX:%20y%3f%25/n HTTP/1.1\r\nUser-Agent: "))
    }

    @Test func aMessageIsRead() {
        let message = read("/slave(1)/mesos.internal.PingSlaveMessage")
        #expect(message?.sender == UPID("master@127.0.0.1:5050"))
        #expect(message?.receiver == "slave(1)")
        #expect(message?.name == "mesos.internal.PingSlaveMessage")
        #expect(message?.body == [8, 1])
        #expect(read("/slave%281%29/a.B?x=/#y") == read("/slave(1)/a.B"))
    }

    @Test func whatSaysWhoSentIt() {
        let agent = ("user-agent", "libprocess/a@1.2.3.4:5"), from = ("LIBPROCESS-FROM", "b@1.2.3.4:5")
        #expect(read("/x/y", [agent])?.sender.id == "a")
        #expect(read("/x/y", [agent, from])?.sender.id == "b")
        #expect(read("/x/y", [("User-Agent", "curl/1"), from])?.sender.id == "b")
        #expect(read("/x/y", [agent, ("Libprocess-From", "nobody")]) == nil)
        #expect(read("/x/y", [("User-Agent", "curl/1")]) == nil)
        #expect(read("/x/y", []) == nil)
        #expect(read("/x/y", method: "GET") == nil)
        #expect(!LibprocessMessage.isMeant(method: "GET", headers: [from]))
        #expect(LibprocessMessage.isMeant(method: "POST", headers: [("Libprocess-From", "nobody")]))
    }

    @Test(arguments: [
        "", "/", "//", "/x", "/x/", "//y", "x/y", "/x?/y", "/%/y", "/%4/y", "/%zz/y", "/%+1/y", "/%ff/y", "*",
    ])
    func pathsWithoutProcessOrTypeAreNone(_ target: String) {
        #expect(read(target) == nil)
    }

    @Test func noiseIsRefusedOrReadAndNeverTraps() {
        var random = SeededGenerator(seed: 11)
        var accepted = 0
        for _ in 0..<5000 {
            var bytes = Array("/slave%281%29/mesos.internal.PingSlaveMessage".utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...127, using: &random)
            }
            if read(String(decoding: bytes, as: UTF8.self)) != nil { accepted += 1 }
        }
        #expect((1..<5000).contains(accepted))
    }
}

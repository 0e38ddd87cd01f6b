import Foundation
import Glibc
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

extension RunningAgent {
    /// Sends a message to the agent as somebody: anybody can claim to be anybody.
    ///
    /// - Parameter address: of ours, that the connection comes from.
    func hear(_ name: String, _ body: [UInt8], as sender: String, from address: String = "127.0.0.1") async throws {
        let directory = TemporaryDirectory()
        let file = try directory.file("body", body)
        let path = "\(self.address)/slave(1)/mesos.internal.\(name)"
        let answer = try await curl(
            [
                "--interface", address, "-H", "Libprocess-From: \(sender)", "-H", "Expect:", "--data-binary",
                "@" + file, path,
            ])
        try #require(answer.status == 202, "\(name): \(answer)")
    }

    func hear<Message: SwiftProtobuf.Message>(
        _ message: Message, as sender: String, from address: String = "127.0.0.1"
    ) async throws {
        let name = Message.protoMessageName.split(separator: ".").last ?? ""
        try await hear(String(name), message.serializedBytes(partial: true), as: sender, from: address)
    }
}

/// Stands where a master would, and says what the test wants.
final class FakeMaster: Sendable {
    struct Heard {
        var name: String
        var receiver: String
        var body: [UInt8]
    }

    let trial = AgentTrial()
    private let port: Int
    private let peer: RunningProgram

    init() async throws {
        port = try FreePort.find()
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let script = Repository.path + "/Tests/Fixtures/libprocess_peer.py"
        peer = try RunningProgram(
            ["/usr/bin/env", "python3", script, "\(port)"].map { Array($0.utf8) },
            environment: [Array("PATH=\(path)".utf8)])
        try await peer.awaitOutput("{}", within: .seconds(30))
    }

    /// Starts an agent that seeks this master, and waits until it asks to be registered.
    func agent() async throws -> RunningAgent {
        let agent = try await trial.start(["--master=127.0.0.1:\(port)", "--registration_backoff_factor=50ms"])
        try await heard("RegisterSlaveMessage")
        return agent
    }

    var name: String { "master@127.0.0.1:\(port)" }
    var observer: String { "slave-observer(1)@127.0.0.1:\(port)" }

    func say(_ message: any SwiftProtobuf.Message, to agent: RunningAgent) async throws {
        try await agent.hear(message, as: name)
    }

    func register(_ agent: RunningAgent, as id: String = "one", pingTimeout: Double? = nil) async throws {
        try await say(
            Mesos_Internal_SlaveRegisteredMessage.with {
                $0.slaveID.value = id
                if let pingTimeout { $0.connection.totalPingTimeoutSeconds = pingTimeout }
            }, to: agent)
        try await agent.program.awaitError(" registered", within: .seconds(20))
    }

    /// The agent ends, and says so in these words.
    func expectRefused(_ agent: RunningAgent, _ words: String) async throws {
        let status = try await agent.program.wait(within: .seconds(30))
        let text = agent.program.errorText
        #expect(status == 125 && text.contains("masterRefused") && text.contains(words), "\(status): \(text)")
    }

    var heard: [Heard] {
        peer.output.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let fields = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: String],
                let name = fields["name"], let receiver = fields["to"], let hex = fields["body"].map({ Array($0.utf8) })
            else { return nil }
            let body = stride(from: 0, to: hex.count, by: 2).compactMap {
                UInt8(String(decoding: hex[$0..<$0 + 2], as: UTF8.self), radix: 16)
            }
            return Heard(name: String(name.dropFirst("mesos.internal.".count)), receiver: receiver, body: body)
        }
    }

    /// Waits for a message of that name, and so many before it.
    @discardableResult
    func heard(_ name: String, count: Int = 1) async throws -> Heard {
        do {
            return try await eventually("\(count) × \(name)", within: .seconds(30)) {
                let all = heard.filter { $0.name == name }
                return all.count < count ? nil : all[count - 1]
            }
        } catch { throw WaitFailure(what: "\(error); there was \(heard.map(\.name))") }
    }
}

import Foundation
import Glibc
import TestSupport
import Testing

extension AgentTrial {
    struct Ended: Hashable {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs `bulkhead` for an agent, to its end.
    func bulkhead(_ agent: RunningAgent, _ words: [String], within limit: Duration = .seconds(60)) async throws -> Ended {
        let program = try begin(words, of: "bulkhead", environment: ["BULKHEAD_AGENT": agent.address])
        let status = try await program.wait(within: limit)
        return Ended(status: status, output: program.outputText, errors: program.errorText)
    }

    /// - Returns: the task's id.
    func submit(_ agent: RunningAgent, _ words: [String]) async throws -> String {
        let ended = try await bulkhead(agent, ["submit"] + words)
        try #require(ended.status == 0, "\(ended)")
        return String(ended.output.dropLast())
    }

    func json(_ agent: RunningAgent, _ words: [String]) async throws -> Any {
        let ended = try await bulkhead(agent, words)
        try #require(ended.status == 0, "\(ended)")
        return try JSONSerialization.jsonObject(with: Data(ended.output.utf8))
    }

    func container(_ agent: RunningAgent, _ task: String) async throws -> String {
        let shown = try await json(agent, ["inspect", task]) as? [String: [String: Any]]
        return try #require(shown?["task"]?["container_id"] as? String)
    }

    /// Ends the agent and takes the network away; nothing else is left.
    func sweep(_ agent: RunningAgent) async throws {
        agent.program.signal(SIGTERM)
        #expect(try await agent.program.wait(within: .seconds(20)) == 0, "\(agent.program.errorText)")
        let sweep = try begin(
            ["sweep", "--network", "--json"], of: "bulkhead", environment: ["BULKHEAD_STATE_DIR": work])
        #expect(try await sweep.wait(within: .seconds(60)) == 0, "\(sweep.errorText)")
        let findings = try JSONSerialization.jsonObject(with: Data(sweep.output)) as? [[String: Any]] ?? []
        let left = findings.filter { $0["verdict"] as? String == "remove" }.compactMap { $0["what"] as? String }
        #expect(left.allSatisfy { $0.hasPrefix("network ") }, "left: \(left)")
    }

    /// Waits until a task has said something.
    func says(_ word: String, _ task: String, _ agent: RunningAgent) async throws {
        do {
            try await eventually("“\(word)” of \(task)", within: .seconds(180)) {
                try await bulkhead(agent, ["logs", task]).output.contains(word) ? true : nil
            }
        } catch {
            Issue.record("\(try await bulkhead(agent, ["inspect", task]))")
            throw error
        }
    }
}

/// A TCP port that nothing listened at, a moment ago; none of those that the kernel gives to outgoing connections, of
/// which one might have it by the time that it is used.
enum FreePort {
    static func find() throws -> Int {
        for _ in 0..<100 {
            if let listener = try? SilentListener(port: .random(in: 10_000..<32_768)) { return listener.port }
        }
        throw WaitFailure(what: "a free port")
    }
}

/// Takes connections, and says nothing.
final class SilentListener {
    let port: Int
    private let descriptor: Int32

    /// - Parameter port: 0 takes any.
    init(port wanted: UInt16 = 0) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = wanted.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) | listen(descriptor, 8) | getsockname(descriptor, $0, &size)
            }
        }
        guard status == 0 else {
            close(descriptor)
            throw WaitFailure(what: "a listener: \(String(cString: strerror(errno)))")
        }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}

import Foundation
import Synchronization
import TestSupport
import Testing

extension AgentTrial {
    /// An agent with a container that runs: `one`.
    func startWithOne() async throws -> RunningAgent {
        let agent = try await start()
        try #require(try await agent.launch("one", "echo root; while :; do sleep 0.1; done").status == 200)
        return agent
    }
}

/// Nested containers and sessions, as curl asks for them.
extension RunningAgent {
    func nested(_ path: String) -> String {
        path.split(separator: ".").dropFirst().reduce("{\"value\":\"\(path.split(separator: ".")[0])\"}") {
            "{\"value\":\"\($1)\",\"parent\":\($0)}"
        }
    }

    /// - Parameter id: the names from the root's on, with dots between.
    func body(_ call: String, _ id: String, _ more: String = "") -> String {
        "{\"type\":\"\(call)\",\"\(call.lowercased())\":{\"container_id\":\(nested(id))\(more)}}"
    }

    func ask(nested call: String, _ id: String, _ more: String = "") async throws -> Answer {
        try await self.call(body(call, id, more))
    }

    func command(_ script: String, tty: String? = nil) throws -> String {
        let text = String(decoding: try JSONEncoder().encode(script), as: UTF8.self)
        return ",\"command\":{\"value\":\(text)}"
            + (tty.map { ",\"container\":{\"type\":\"MESOS\",\"tty_info\":\($0)}" } ?? "")
    }

    func waitNested(_ id: String) async throws -> Int? {
        let answer = try await ask(nested: "WAIT_NESTED_CONTAINER", id)
        try #require(answer.status == 200, "\(answer)")
        return try answer.member("wait_nested_container", "exit_status") as? Int
    }

    /// Begins to read a stream.
    func stream(_ body: String, _ headers: String...) throws -> ReadStream {
        let all = (["Content-Type: application/json"] + headers).flatMap { ["-H", $0] }
        let words = ["/usr/bin/curl", "-sS", "-N", "-i"] + all + ["--data-binary", body, address + "/api/v1"]
        return ReadStream(program: try RunningProgram(words.map { Array($0.utf8) }, environment: []))
    }

    /// Sends records as input, and ends.
    func input(_ records: [String], raw: String? = nil, type: String = "application/json") async throws -> Answer {
        let directory = TemporaryDirectory()
        let bytes = raw.map { Array($0.utf8) } ?? records.flatMap { Array("\($0.utf8.count)\n\($0)".utf8) }
        let file = try directory.file("records", bytes)
        return try await curl([
            "-H", "Content-Type: application/recordio", "-H", "Message-Content-Type: \(type)", "-H", "Expect:",
            "--data-binary", "@" + file, address + "/api/v1",
        ])
    }

    func target(_ id: String) -> String {
        "{\"type\":\"ATTACH_CONTAINER_INPUT\",\"attach_container_input\":{\"type\":\"CONTAINER_ID\",\"container_id\":\(nested(id))}}"
    }

    func data(_ text: String) -> String { io("\"type\":\"DATA\",\"data\":{\"type\":\"STDIN\",\"data\":\"\(Data(text.utf8).base64EncodedString())\"}") }
    func io(_ io: String) -> String {
        "{\"type\":\"ATTACH_CONTAINER_INPUT\",\"attach_container_input\":{\"type\":\"PROCESS_IO\",\"process_io\":{\(io)}}}"
    }
    func size(_ rows: Int, _ columns: Int) -> String {
        io("\"type\":\"CONTROL\",\"control\":{\"type\":\"TTY_INFO\",\"tty_info\":{\"window_size\":{\"rows\":\(rows),\"columns\":\(columns)}}}")
    }
}

/// Whether a process runs; one that is dead and that nobody has collected does not.
func isRunning(_ pid: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return !(stat.split(separator: ")").last?.hasPrefix(" Z") ?? true)
}

/// A stream of records in JSON, while it comes.
struct ReadStream {
    let program: RunningProgram

    var head: String { program.outputText.components(separatedBy: "\r\n\r\n")[0] }
    var status: Int { Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    /// All that came of one stream: `STDOUT`, `STDERR`.
    func text(_ stream: String = "STDOUT") throws -> String {
        var bytes: [UInt8] = []
        for record in try records() {
            let data = record["data"] as? [String: Any]
            guard data?["type"] as? String == stream, let text = data?["data"] as? String else { continue }
            bytes += Data(base64Encoded: text) ?? Data()
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func records() throws -> [[String: Any]] {
        let whole = program.outputText
        guard let end = whole.range(of: "\r\n\r\n") else { return [] }
        var rest = Substring(whole[end.upperBound...]).utf8[...]
        var records: [[String: Any]] = []
        while let newline = rest.firstIndex(of: UInt8(ascii: "\n")), let size = Int(String(Substring(rest[..<newline]))) {
            let body = rest[rest.index(after: newline)...].prefix(size)
            guard body.count == size else { break }
            let value = try JSONSerialization.jsonObject(with: Data(body))
            records.append(try #require(value as? [String: Any]))
            rest = rest[body.endIndex...]
        }
        return records
    }

    func awaitText(_ wanted: String, _ stream: String = "STDOUT") async throws {
        do {
            try await eventually("“\(wanted)”", within: .seconds(30)) { try text(stream).contains(wanted) ? true : nil }
        } catch let failure as WaitFailure {
            throw WaitFailure(what: failure.what + " in “\(program.outputText)”")
        }
    }

    /// - Returns: curl's own status.
    func end() async throws -> Int32 { try await program.wait(within: .seconds(60)) }
}

import Foundation
import Glibc
import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
    static var onLibvirt: Self {
        .enabled("BULKHEAD_TEST_URI names no libvirt daemon to use; bin/test brings one") {
            ProcessInfo.processInfo.environment["BULKHEAD_TEST_URI"]?.isEmpty == false
        }
    }
}

/// A work directory of a test's own, and the built agent on it.
final class AgentTrial: Sendable {
    static let programs =
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path

    let directory = TemporaryDirectory()
    let isolation: String
    var work: String { directory.path + "/work" }

    init(isolation: String = "process") { self.isolation = isolation }

    /// Commands on the host outlive their agent, as they should, but not their test: they run in its directory. All are
    /// gone before that is removed.
    deinit {
        for _ in 0..<500 {
            let left = processes
            if left.isEmpty { return }
            for process in left { kill(process, SIGKILL) }
            usleep(10_000)
        }
    }

    /// Our agents, and what runs in our directory; none that has ended.
    private var processes: [pid_t] {
        let own = Data((directory.path + "/").utf8)
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap(pid_t.init).filter { process in
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
            return place?.hasPrefix(directory.path + "/") == true
                || FileManager.default.contents(atPath: "/proc/\(process)/cmdline")?.range(of: own) != nil
        }
    }

    /// Starts the agent and waits until it serves.
    func start(_ flags: [String] = [], environment: [String: String] = [:]) async throws -> RunningAgent {
        let own = ["--work_dir=\(work)", "--isolation=\(isolation)"]
        let port = flags.contains { $0.hasPrefix("--port") || $0.hasPrefix("--http_socket") } ? [] : ["--port=0"]
        // A guest's executor comes when the guest has booted, on a host that boots others as well.
        let named = flags.contains { $0.hasPrefix("--executor_registration_timeout") }
        let patience = isolation == "vm" && !named ? ["--executor_registration_timeout=5mins"] : []
        let program = try begin(own + port + patience + flags, environment: environment)
        try await program.awaitError("serving", within: .seconds(60))
        let line = try #require(program.errorText.split(separator: "\n").last { $0.contains("serving") })
        let word = try #require(line.split(separator: " ").first { $0.hasPrefix("address=") })
        return RunningAgent(program: program, address: String(word.dropFirst("address=".count)))
    }

    /// Starts the agent with just these arguments.
    func begin(
        _ arguments: [String], of name: String = "bulkhead-agent", environment more: [String: String] = [:],
        input: RunningProgram.Input = .none
    ) throws -> RunningProgram {
        var values = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BULKHEAD_") }
        values["BULKHEAD_CACHE_DIR"] = isolation == "vm" ? nil : directory.path + "/cache"
        values["BULKHEAD_CONNECT"] = ProcessInfo.processInfo.environment["BULKHEAD_TEST_URI"]
        values.merge(more) { $1 }
        return try RunningProgram(
            ([Self.programs + "/" + name] + arguments).map { Array($0.utf8) },
            environment: values.map { Array("\($0)=\($1)".utf8) }, input: input)
    }

    /// Runs the agent to its end.
    func refused(_ arguments: [String], environment: [String: String] = [:]) async throws -> (status: Int32, text: String)
    {
        let program = try begin(arguments, environment: environment)
        return (try await program.wait(within: .seconds(60)), program.errorText)
    }
}

/// An agent that serves; killed with the last reference.
struct RunningAgent {
    let program: RunningProgram
    let address: String

    struct Answer: CustomStringConvertible {
        var status: Int
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var description: String { "status \(status), “\(text.prefix(2000))”" }

        /// A member of a JSON object, by its path.
        func member(_ path: String...) throws -> Any? {
            var value: Any? = try JSONSerialization.jsonObject(with: Data(body))
            for name in path { value = (value as? [String: Any])?[name] }
            return value
        }
    }

    func curl(_ arguments: [String], within limit: Duration = .seconds(120)) async throws -> Answer {
        let directory = TemporaryDirectory()
        let words = ["/usr/bin/curl", "-sS", "-o", directory.path + "/body", "-w", "%{http_code}"] + arguments
        let program = try RunningProgram(words.map { Array($0.utf8) }, environment: [])
        let status = try await program.wait(within: limit)
        try #require(status == 0, "curl: \(program.errorText)")
        let body = FileManager.default.contents(atPath: directory.path + "/body") ?? Data()
        return Answer(status: Int(program.outputText) ?? 0, body: Array(body))
    }

    func get(_ path: String, _ arguments: String...) async throws -> Answer { try await curl(arguments + [address + path]) }

    func call(_ json: String, _ headers: String..., within limit: Duration = .seconds(120)) async throws -> Answer {
        let all = (["Content-Type: application/json"] + headers).flatMap { ["-H", $0] }
        return try await curl(all + ["--data-binary", json, address + "/api/v1"], within: limit)
    }

    /// Launches a standalone container.
    func launch(_ name: String, _ script: String, resources: String = "[]") async throws -> Answer {
        let command = String(decoding: try JSONEncoder().encode(script), as: UTF8.self)
        return try await call(
            """
            {"type":"LAUNCH_CONTAINER","launch_container":{"container_id":{"value":"\(name)"},\
            "command":{"value":\(command)},"resources":\(resources)}}
            """)
    }

    /// WAIT_CONTAINER, KILL_CONTAINER or REMOVE_CONTAINER.
    func ask(_ call: String, _ name: String, _ more: String = "") async throws -> Answer {
        try await self.call(
            "{\"type\":\"\(call)\",\"\(call.lowercased())\":{\"container_id\":{\"value\":\"\(name)\"}\(more)}}")
    }

    func exitStatus(of name: String) async throws -> Int {
        let answer = try await ask("WAIT_CONTAINER", name)
        try #require(answer.status == 200, "\(answer)")
        return try #require(try answer.member("wait_container", "exit_status") as? Int, "\(answer)")
    }

    func file(_ path: String) async throws -> Answer {
        let answer = try await call("{\"type\":\"READ_FILE\",\"read_file\":{\"path\":\"\(path)\",\"offset\":0}}")
        guard answer.status == 200 else { return answer }
        let data = try answer.member("read_file", "data") as? String ?? ""
        return Answer(status: 200, body: Array(try #require(Data(base64Encoded: data))))
    }
}

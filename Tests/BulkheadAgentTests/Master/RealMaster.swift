import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// Mesos 1.11's own master, unmodified, on loopback; its files outlive its process, and end with the test.
final class RealMaster: Sendable {
    static let why: Comment = "no Mesos 1.11: bin/test brings it, and MESOS_CACHE names the folder that has it"
    private static let tool = Repository.path + "/../shared/mesos-master"
    static let cache = ProcessInfo.processInfo.environment["MESOS_CACHE"] ?? "/tmp/mesos-1.11.0-pypi"

    static var isThere: Bool {
        FileManager.default.isExecutableFile(atPath: tool + "/start")
            && FileManager.default.isExecutableFile(atPath: cache + "/mesosd")
    }

    let port: Int
    let directory = TemporaryDirectory()
    private let flags: [String]
    private let running: Mutex<RunningProgram?> = .init(nil)

    /// Starts it and waits until it leads. Offers come at once, and an agent is lost after ten seconds of silence.
    init(_ flags: [String] = []) async throws {
        port = try FreePort.find()
        self.flags = flags
        try await start()
    }

    var address: String { "127.0.0.1:\(port)" }
    private var program: RunningProgram? { running.withLock { $0 } }

    func start() async throws {
        // The registry, which is kept, has one directory for all.
        let own = [
            "--ip=127.0.0.1", "--port=\(port)", "--work_dir=\(directory.path)/master", "--registry=replicated_log",
            "--allocation_interval=100ms", "--agent_ping_timeout=1secs", "--max_agent_ping_timeouts=10",
        ]
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MESOS_") }
        environment["MESOS_CACHE"] = Self.cache
        let words = [Self.tool + "/start", "master"] + own + flags
        let program = try RunningProgram(
            words.map { Array($0.utf8) }, environment: environment.map { Array("\($0)=\($1)".utf8) })
        running.withLock { $0 = program }
        try await eventually("a master that leads", within: .seconds(60)) {
            if let status = program.exitStatus {
                throw WaitFailure(what: "a master; it ended with \(status): \(program.errorText.suffix(2000))")
            }
            // Before it leads it has no agents to show.
            let words = ["/usr/bin/curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "http://\(address)/slaves"]
            let curl = try RunningProgram(words.map { Array($0.utf8) }, environment: [])
            _ = try await curl.wait(within: .seconds(30))
            return curl.outputText == "200" ? true : nil
        }
    }

    /// As if its host had lost power.
    func kill() async throws {
        program?.signal(SIGKILL)
        _ = try await program?.wait(within: .seconds(30))
    }

    /// What it did not survive would be a fault of ours: it is unmodified, and loopback is all that it hears.
    func isWell() async throws -> Bool {
        guard let program, program.exitStatus == nil else { return false }
        return try await get("/health").status == 200
    }

    /// Its log.
    var said: String { program?.errorText ?? "" }

    func get(_ path: String) async throws -> RunningAgent.Answer { try await http.get(path) }

    /// An operator's call; it must be taken.
    @discardableResult
    func call(_ type: String, _ body: [String: Any]) async throws -> RunningAgent.Answer {
        let json = try JSONSerialization.data(withJSONObject: ["type": type, type.lowercased(): body])
        let answer = try await http.call(String(decoding: json, as: UTF8.self))
        try #require([200, 202].contains(answer.status), "\(type): \(answer)")
        return answer
    }

    /// All agents that it shows, those that it has lost included.
    func agents() async throws -> [[String: Any]] {
        try #require(try await get("/slaves").member("slaves") as? [[String: Any]])
    }

    /// Waits for its one agent to be in use, and to be shown as wanted.
    @discardableResult
    func agent(
        _ what: String = "an agent in use", within limit: Duration = .seconds(30),
        where isWanted: ([String: Any]) -> Bool = { $0["active"] as? Bool == true }
    ) async throws -> [String: Any] {
        do { return try await eventually(what, within: limit) { try await agents().first(where: isWanted) } } catch {
            throw WaitFailure(
                what: "\(what): \(error); the master shows \(try await agents()) and said \(said.suffix(3000))")
        }
    }

    private var http: RunningAgent {
        get throws { RunningAgent(program: try #require(program), address: "http://\(address)") }
    }
}

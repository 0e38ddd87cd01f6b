import CLinux
import Foundation
import Glibc
import Isolation
import Subprocess
import SystemPackage
import VMIsolation

/// An agent of the test's own. It ends with it, also where the test is killed: a shell that holds the other end of a pipe
/// ends it then, and takes away what it made.
final class TrialAgent: Sendable {
    /// Where operators are served, on all addresses.
    let operators: HostHTTP
    /// Where executors are, on the guests' bridge.
    let executorPort: UInt16
    let work: String
    private let directory: String
    private let door: Int32
    private let shell: Task<Void, Never>

    /// Its standard input is read to its end; what it leaves where something could not be removed is found there.
    private static let script = """
        directory=$1 programs=$2; shift 2
        "$programs/bulkhead-agent" "$@" </dev/null >/dev/null 2>"$directory/log" & agent=$!
        read -r end; kill $agent; wait $agent
        BULKHEAD_STATE_DIR=$directory/work "$programs/bulkhead" sweep --network </dev/null >"$directory/sweep" 2>&1 &&
            rm -rf "$directory"
        """

    /// - Throws: ``BulkheadError`` with `launcherFailed`, in the agent's words, where it does not come to serve.
    static func start(_ programs: AgentPrograms, for engine: Engine, image: String) async throws -> TrialAgent {
        let id = UUID().uuidString.lowercased().prefix(8)
        let directory = "\(engine.state.root)/self-test-agent-\(id)"
        // Its machines' users go through it.
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
        let secret = (0..<32).map { _ in UInt8.random(in: 0 ... .max) }.hexadecimal
        let credentials = #"{"credentials":[{"principal":"self-test","secret":"\#(secret)"}]}"#
        try PrivateFile.replace(directory + "/credentials", with: Array(credentials.utf8))
        var ends: [Int32] = [-1, -1]
        guard linux_pipe(&ends) == 0 else {
            throw BulkheadError(
                .launcherFailed, "agent of the self-test", "no pipe", remedy: "see the limit of open files")
        }
        let (reader, door) = (FileDescriptor(rawValue: ends[0]), ends[1])
        let flags = [
            "--work_dir=\(directory)/work", "--isolation=vm", "--vm_image=\(image)", "--ip=0.0.0.0", "--port=0",
            "--http_credentials=\(directory)/credentials", "--drain", "--drain_timeout=30secs",
            "--executor_shutdown_grace_period=0secs", "--executor_registration_timeout=2mins",
            // Nobody else's rules are at stake.
            "--wall_check_interval=1hrs",
        ]
        let words = ["-c", script, "self-test", directory, programs.directory] + flags + programs.flags
        let environment = Environment.inherit.updating([
            "BULKHEAD_CONNECT": engine.connection, "BULKHEAD_CACHE_DIR": engine.state.cache,
        ])
        // Cancelled by nobody: it would be killed, and its agent not.
        let shell = Task {
            var options = PlatformOptions()
            options.createSession = true
            _ = try? await Subprocess.run(
                .path("/bin/sh"), arguments: .init(words), environment: environment, platformOptions: options,
                input: .fileDescriptor(reader, closeAfterSpawningProcess: true), output: .discarded, error: .discarded)
        }
        do {
            let ports = try await served(directory)
            let proof = "Basic " + Data("self-test:\(secret)".utf8).base64EncodedString()
            return TrialAgent(
                HostHTTP(port: ports.0, proof: proof), executorPort: ports.1, directory: directory, door: door, shell)
        } catch {
            close(door)
            await shielded { await shell.value }
            throw error
        }
    }

    private init(
        _ operators: HostHTTP, executorPort: UInt16, directory: String, door: Int32, _ shell: Task<Void, Never>
    ) {
        (self.operators, self.executorPort, self.directory) = (operators, executorPort, directory)
        (self.door, self.shell, work) = (door, shell, directory + "/work")
    }

    /// The ports that it tells in its files, when it serves.
    private static func served(_ directory: String) async throws -> (UInt16, UInt16) {
        let end = ContinuousClock.now + .seconds(60)
        func port(_ file: String) -> UInt16? {
            let text = FileManager.default.contents(atPath: "\(directory)/work/\(file)") ?? Data()
            return String(decoding: text, as: UTF8.self).split { !$0.isNumber }.last.flatMap { UInt16($0) }
        }
        while ContinuousClock.now < end {
            if let operators = port("address"), let executors = port("executor.port") { return (operators, executors) }
            if let words = log(directory).first(where: { $0.hasPrefix("bulkhead-agent: ") }) {
                throw BulkheadError(.launcherFailed, "agent of the self-test", words, remedy: "see its words")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw BulkheadError(
            .launcherFailed, "agent of the self-test", "it does not serve within a minute", remedy: "try again")
    }

    /// Has it run an executor: a shell's script, in a guest of its own. The task bears the executor's name.
    ///
    /// - Throws: ``BulkheadError`` with `launcherFailed`, in the agent's words.
    func launch(_ name: String, _ script: String) async throws {
        let command = String(decoding: try JSONEncoder().encode(script), as: UTF8.self)
        func resources(_ cpus: Double, _ memory: Int) -> String {
            """
            [{"name":"cpus","type":"SCALAR","scalar":{"value":\(cpus)}},\
            {"name":"mem","type":"SCALAR","scalar":{"value":\(memory)}}]
            """
        }
        let task = """
            {"task_id":{"value":"\(name)"},"resources":\(resources(0.1, 32)),"executor":{"type":"CUSTOM",\
            "executor_id":{"value":"\(name)"},"resources":\(resources(0.9, 128)),"command":{"value":\(command)}}}
            """
        let answer = await operators.ask("POST /bulkhead/v1/tasks", json: task)
        guard answer?.status == 201 else {
            throw BulkheadError(
                .launcherFailed, "task of the self-test's agent", answer?.text ?? "no answer", remedy: "see its words")
        }
    }

    /// What all executors have said so far.
    var lines: [Substring] {
        let sandboxes = work + "/sandboxes"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: sandboxes)) ?? []
        return names.flatMap { name in
            let text = FileManager.default.contents(atPath: "\(sandboxes)/\(name)/stdout") ?? Data()
            let lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            return lines.dropLast()
        }
    }

    /// A task's updates so far.
    func history(of task: String) async -> String {
        // Further ones would come as they are made.
        await operators.ask("GET /bulkhead/v1/tasks/\(task)/updates", within: .seconds(1))?.text ?? ""
    }

    /// The end of its own log.
    var log: [String] { Self.log(directory) }

    private static func log(_ directory: String) -> [String] {
        let text = FileManager.default.contents(atPath: directory + "/log") ?? Data()
        return String(decoding: text, as: UTF8.self).split(separator: "\n").suffix(5).map(String.init)
    }

    /// Ends it with all that it made.
    ///
    /// - Throws: ``BulkheadError`` with `cleanupIncomplete`.
    func end() async throws {
        close(door)
        await shielded { [shell] in await shell.value }
        guard FileManager.default.fileExists(atPath: directory) else { return }
        throw BulkheadError(
            .cleanupIncomplete, "agent of the self-test", "not all that it made could be removed",
            remedy: "BULKHEAD_STATE_DIR=\(work) bulkhead sweep --network; rm -r \(directory)")
    }
}

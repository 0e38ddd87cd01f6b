import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// A real master, and an agent of ours that may come and go; what runs on it ends with the test.
final class MasterTrial: Sendable {
    let master: RealMaster
    /// The agent's `--master`.
    private let url: String
    private let resources: String
    let trial: AgentTrial
    /// The agent's: the same after a restart, or it would be another agent.
    let port: Int
    /// They live as long as this.
    private let agents = Mutex<[RunningAgent]>([])

    init(
        isolation: String = "process", master flags: [String] = [], resources: String = "cpus:8;mem:4096;disk:4096"
    ) async throws {
        master = try await RealMaster(flags)
        (url, self.resources) = (master.address, resources)
        trial = AgentTrial(isolation: isolation)
        port = try FreePort.find()
    }

    /// - Parameter url: where the agent finds the leading master.
    init(_ master: RealMaster, at url: String) throws {
        (self.master, self.url, resources) = (master, url, "cpus:8;mem:4096;disk:4096")
        trial = AgentTrial()
        port = try FreePort.find()
    }

    /// Starts the agent; what it has is more than the tests need, whatever the host has.
    func start(_ flags: [String] = [], awaitsMaster: Bool = true) async throws -> RunningAgent {
        let agent = try await trial.start(self.flags + flags)
        agents.withLock { $0.append(agent) }
        if awaitsMaster { try await registered(agent) }
        return agent
    }

    var flags: [String] {
        [
            "--master=\(url)", "--port=\(port)", "--registration_backoff_factor=100ms",
            "--hostname=tested", "--resources=\(resources)", "--executor_reregistration_timeout=15secs",
        ]
    }

    func registered(_ agent: RunningAgent) async throws {
        try await agent.program.awaitError(" registered", within: .seconds(60))
        try await master.agent()
    }

    func kill(_ agent: RunningAgent, with signal: Int32 = SIGKILL) async throws -> Int32 {
        agent.program.signal(signal)
        return try await agent.program.wait(within: .seconds(30))
    }

    /// A file of a container's sandbox.
    func sandbox(_ container: String?, _ file: String) -> String {
        let path = "\(trial.work)/sandboxes/\(container ?? "")/\(file)"
        return String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// The process whose id a task has written into its sandbox.
    func process(_ container: String?, _ file: String = "pid") async throws -> Int32 {
        try await eventually("a process id in \(file)", within: .seconds(30)) {
            let text = sandbox(container, file)
            return text.hasSuffix("\n") ? Int32(text.dropLast()) : nil
        }
    }
}

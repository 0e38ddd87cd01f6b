import Foundation
import TestSupport
import Testing

/// Frameworks of others, made with PyPI's pymesos.
@Suite(.enabled(Pymesos.why) { RealMaster.isThere && Pymesos.isThere })
struct MasterPymesosTests {
    @Test(.timeLimit(.minutes(3))) func aSchedulerOfPymesosRunsACommand() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.start()
        let script = Repository.path + "/../shared/mesos-master/framework.py"
        let scheduler = try RunningProgram(
            ["/usr/bin/env", "python3", script, "--master", trial.master.address, "echo hello"].map { Array($0.utf8) },
            environment: [Array("PYTHONPATH=\(Pymesos.archive)".utf8), Array("PATH=\(Pymesos.path)".utf8)])
        #expect(try await scheduler.wait(within: .seconds(90)) == 0, "\(scheduler.outputText) \(scheduler.errorText)")
        for state in ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"] {
            #expect(scheduler.outputText.contains(state), "\(scheduler.outputText)")
        }
        #expect(try await trial.master.isWell())
    }

    /// It brings no token. Messages go both ways, tasks share it, and its end is told.
    @Test(.timeLimit(.minutes(3))) func anExecutorOfPymesosIsMessagedAndMissed() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.start(["--no-authenticate_http_executors"])
        let scheduler = try await SchedulerDriver(trial.master)
        let executor: [String: Any] = [
            "executor_id": ["value": "own"], "type": "CUSTOM",
            "command": [
                "value": "PYTHONPATH='\(Pymesos.archive)' PATH='\(Pymesos.path)' exec python3 '\(Pymesos.executor)'"
            ],
            "resources": SchedulerDriver.resources(cpus: 0.1, memory: 32),
        ]
        func launch(_ id: String) async throws -> SchedulerDriver.Update {
            try scheduler.send(["launch": [SchedulerDriver.task(id, ["executor": executor])]])
            return try await scheduler.await("TASK_RUNNING", of: id)
        }
        let agent = try #require(try await trial.master.agent()["id"] as? String)
        func tell(_ text: String) throws { try scheduler.tell(text, executor: "own", on: agent) }
        let first = try await launch("first")
        try tell("hello")
        #expect(try await scheduler.heard() == "echo hello")
        try tell("finish")
        try await scheduler.await("TASK_FINISHED", of: "first")

        let second = try await launch("second")
        #expect(first.container != nil && first.container == second.container)
        try tell("exit")
        let lost = try await scheduler.await("TASK_FAILED", of: "second")
        #expect(lost.source == "SOURCE_AGENT" || lost.source == "SOURCE_SLAVE", "\(lost)")
        let failure = try await scheduler.await(event: "FAILURE")["failure"] as? [String: Any]
        #expect((failure?["executor_id"] as? [String: Any])?["value"] as? String == "own")
        #expect(failure?["status"] as? Int == 7 << 8, "\(failure ?? [:])")

        // The master has heard of its end: one of the same id is a new one.
        let third = try await launch("third")
        #expect(third.container != first.container)
        try scheduler.kill("third")
        try await scheduler.await("TASK_KILLED", of: "third")
        try scheduler.check()
        #expect(try await trial.master.isWell())
    }
}

enum Pymesos {
    static let why: Comment = "no Mesos 1.11 or no pymesos: bin/test brings both"
    /// What bin/pymesos makes: modules of Python alone.
    static let archive = Repository.path + "/.build/pymesos.zip"
    static let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    static var isThere: Bool { FileManager.default.fileExists(atPath: archive) }
    /// Does what its scheduler's messages say.
    static let executor = Repository.path + "/Tests/Fixtures/pymesos_executor.py"

    /// An executor whose command brings pymesos and its program along, in its variables.
    ///
    /// - Parameter image: of the guest that it runs in; nil where it runs on the host.
    static func bringing(_ program: String, memory: Double, image: String?) throws -> [String: Any] {
        let library = try #require(FileManager.default.contents(atPath: archive)).base64EncodedString()
        let script = #"printf %s "$LIBRARY" | base64 -d >lib.zip && PYTHONPATH=lib.zip exec python3 -c "$PROGRAM""#
        let variables = [["name": "LIBRARY", "value": library], ["name": "PROGRAM", "value": program]]
        var executor: [String: Any] = [
            "type": "CUSTOM", "executor_id": ["value": "pymesos"],
            "resources": SchedulerDriver.resources(cpus: 1, memory: memory),
            "command": ["value": script, "environment": ["variables": variables]],
        ]
        if let image {
            let reference = ["type": "DOCKER", "docker": ["name": image]] as [String: Any]
            executor["container"] = ["type": "MESOS", "mesos": ["image": reference]]
        }
        return executor
    }
}

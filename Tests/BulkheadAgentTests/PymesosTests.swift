import Foundation
import TestSupport
import Testing

/// An executor that somebody else wrote for Mesos, unmodified: PyPI's pymesos.
@Suite(.enabled("no pymesos: bin/pymesos gets it") { Pymesos.isThere })
struct PymesosTests {
    /// What a framework's author writes.
    private static let program = """
        import platform, threading, time
        from pymesos import Executor, MesosExecutorDriver, encode_data

        class Example(Executor):
            def launchTask(self, driver, task):
                def run():
                    def tell(state, **more):
                        driver.sendStatusUpdate(dict(task_id=task['task_id'], state=state, **more))
                    tell('TASK_RUNNING', message='on ' + platform.node())
                    print('task', task['task_id']['value'], flush=True)
                    tell('TASK_FINISHED', message='done by pymesos', data=encode_data(b'forty-two'))
                    time.sleep(1)
                    driver.stop()
                threading.Thread(target=run, daemon=True).start()

        MesosExecutorDriver(Example()).run()
        """

    @Test(.timeLimit(.minutes(2))) func runsOnTheHost() async throws {
        let trial = AgentTrial()
        try await Self.run(trial, on: try await trial.start(["--no-authenticate_http_executors"]), memory: 64)
    }

    /// - Parameter agent: one that wants no token: pymesos sends none.
    static func run(
        _ trial: AgentTrial, on agent: RunningAgent, memory: Double, image: String? = nil,
        within limit: Duration = .seconds(60)
    ) async throws {
        let task: [String: Any] = [
            "task_id": ["value": "example"], "resources": SchedulerDriver.resources(cpus: 0.1, memory: 32),
            "executor": try Pymesos.bringing(program, memory: memory, image: image),
        ]
        let file = try trial.directory.file("task.json", Array(JSONSerialization.data(withJSONObject: task)))
        let id = try await trial.submit(agent, ["--json", file])
        let told = try await agent.curl([agent.address + "/bulkhead/v1/tasks/\(id)/updates"], within: limit)
        let updates = try told.text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        // What it says comes to the host a moment later, and is there at the end.
        try await eventually("its container's end", within: .seconds(180)) {
            let all = try await agent.call(#"{"type":"GET_CONTAINERS"}"#)
            let containers = try all.member("get_containers", "containers") as? [Any] ?? []
            return containers.isEmpty ? true : nil
        }
        let output = try await trial.bulkhead(agent, ["logs", id])
        let errors = try await trial.bulkhead(agent, ["logs", "--stderr", id])
        #expect(updates.map { $0["state"] as? String } == ["TASK_RUNNING", "TASK_FINISHED"], "\(told) \(errors)")
        #expect(updates.allSatisfy { $0["source"] as? String == "SOURCE_EXECUTOR" }, "\(told)")
        let container = try await trial.container(agent, id)
        if image != nil { #expect(updates.first?["message"] as? String == "on \(container)", "\(told)") }
        #expect(updates.last?["message"] as? String == "done by pymesos", "\(told)")
        #expect(updates.last?["data"] as? String == Data("forty-two".utf8).base64EncodedString(), "\(told)")
        #expect(output.output == "task \(id)\n", "\(output) \(errors)")
    }
}

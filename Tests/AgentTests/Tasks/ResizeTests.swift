import Foundation
import Isolation
import IsolationTestSupport
import Mesos
import TestSupport
import Testing

@testable import Agent

/// `/bulkhead/v1/tasks/ID/resources`: a running task gets other resources.
struct ResizeTests {
    private func running() async throws -> AgentTrial {
        let trial = try await AgentTrial(isolators: 1)
        _ = try await trial.launched()
        try await trial.update(.taskRunning)
        return trial
    }

    private func wish(_ name: String, _ value: Double) throws -> [UInt8] {
        Array("[".utf8) + (try MesosJSON.encode(Mesos_V1_Resource.scalar(name, value))) + Array("]".utf8)
    }

    private func resize(_ trial: AgentTrial, _ body: [UInt8], _ task: String = "t") async -> HTTPAnswer {
        await trial.ask("POST", "tasks/\(task)/resources", body, type: "application/json")
    }

    private func memory(_ trial: AgentTrial) async throws -> (task: Double?, container: UInt64?) {
        let id = try await trial.container().id
        let task = await trial.tasks.task("t")?.resources.first { $0.name == "mem" }?.scalar.value
        return (task, await trial.executors.containerizer.list().first { $0.id == id }?.resources.memory.mebibytes)
    }

    @Test func taskAndContainerAreResizedAndARestartKeepsIt() async throws {
        let trial = try await running()
        let answer = await resize(trial, try wish("mem", 300))
        #expect(answer.status == 200, "\(answer.text)")
        let done = try answer.object()
        #expect((done["container"] as? [String: Any])?["mem"] as? Int == 300 && done["pending"] == nil)
        #expect((done["resources"] as? [[String: Any]])?.count == 2)
        #expect(try await memory(trial) == (300, 300))
        try await trial.restart()
        #expect(try await memory(trial) == (300, 300))
    }

    @Test func whatComesLaterIsTold() async throws {
        let trial = try await running()
        trial.household.isolators[0].set("delay", .works)
        let answer = await resize(trial, try wish("mem", 96))
        #expect(answer.status == 200)
        #expect(try answer.object()["pending"] as? String == "a follows later")
    }

    @Test func aRefusalIsToldAndAllIsAsItWas() async throws {
        let trial = try await running()
        trial.household.isolators[0].set("refuse", .works)
        let answer = await resize(trial, try wish("mem", 300))
        #expect(answer.status == 409 && answer.text.contains("isolator a: not today"), "\(answer.text)")
        #expect(try await memory(trial) == (128, 128))
        let huge = await resize(trial, try wish("mem", 1e9))
        #expect(huge.status == 409 && huge.text.hasPrefix("exceedsHost: "), "\(huge.text)")
        try await trial.restart()
        #expect(try await memory(trial) == (128, 128))
    }

    /// The agent died between the wish and its fulfilment.
    @Test func aStoredWishIsFulfilledAfterARestart() async throws {
        let trial = try await running()
        var task = try #require(await trial.executors.tasks.values.first)
        task.info.resources = [.scalar("cpus", 0.5), .scalar("mem", 200)]
        try await trial.executors.store.saveInfo(task)
        try await trial.restart()
        _ = try await trial.subscribe { $0.unacknowledgedTasks = [trial.known("t")] }
        try await eventually("200 MiB", within: .seconds(20)) {
            try await memory(trial) == (200, 200) ? true : nil
        }
    }

    @Test(arguments: [
        "", "{}", "[]", "[1]", #"[{"name":"mem"}]"#, #"[{"name":"gpus","type":"SCALAR","scalar":{"value":1}}]"#,
        #"[{"name":"mem","type":"SCALAR","scalar":{"value":-1}}]"#, #"[{"name":"mem","type":"SCALAR","scalar":{"value":0}}]"#,
        #"[{"name":"mem","type":"SCALAR","scalar":{"value":99}},{"name":"mem","type":"SCALAR","scalar":{"value":98}}]"#,
        #"[],"task_id":{"value":"x"}"#,
    ])
    func badWishesAreRefused(_ body: String) async throws {
        let trial = try await running()
        let answer = await resize(trial, Array(body.utf8))
        #expect(answer.status == 400 && answer.text.hasPrefix("badResource: "), "\(answer.text)")
        #expect(try await memory(trial) == (128, 128))
    }

    @Test func onlyWhatRunsIsResized() async throws {
        let trial = try await AgentTrial()
        #expect(await resize(trial, try wish("mem", 300)).status == 404)
        try await trial.tasks.submit(.sample())
        let early = await resize(trial, try wish("mem", 300))
        #expect(early.status == 409 && early.text.hasPrefix("notRunning: task “t”: it does not run yet"))
        try await trial.running()
        _ = try await trial.subscribe()
        try await trial.update(.taskFinished)
        let late = await resize(trial, try wish("mem", 300))
        #expect(late.status == 409 && late.text.hasPrefix("notRunning: task “t”: it has ended"), "\(late.text)")
        #expect(await trial.ask("POST", "tasks/t/resources", [1], type: "text/plain").status == 415)
    }
}

import Foundation
import Isolation
import IsolationTestSupport
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

/// `/bulkhead/v1`, over fakes.
struct TaskEndpointTests {
    @Test(arguments: [MediaType.json, .protobuf])
    func aTaskIsStoredAndShown(_ form: MediaType) async throws {
        let trial = try await AgentTrial()
        // As a person writes it: no agent, no name.
        let task = Mesos_V1_TaskInfo.sample()
        let body =
            form == .json
            ? Array(
                """
                {"task_id":{"value":"t"},"command":{"value":"true"},"resources":[
                {"name":"cpus","type":"SCALAR","scalar":{"value":0.5}},{"name":"mem","type":"SCALAR","scalar":{"value":128}}]}
                """.utf8) : try task.serializedBytes(partial: true) as [UInt8]
        let answer = await trial.ask("POST", "tasks", body, type: form.rawValue)
        #expect(answer.status == 201, "\(answer.text)")
        let stored: Mesos_V1_TaskInfo = try MesosJSON.decode(from: answer.bytes)
        #expect(stored.name == "t" && stored.agentID.value == trial.executors.agent.id.value)
        try await trial.running()
        let container = try await trial.container()
        let shown = try await trial.ask("GET", "tasks/t").object()
        #expect((shown["task_id"] as? [String: String]) == ["value": "t"])
        #expect(shown["state"] as? String == "TASK_STAGING")
        #expect(shown["container_id"] as? String == container.id.description)
        #expect(shown["image"] as? String == "an image" && shown["created"] is Int)
        let list = try await trial.ask("GET", "tasks").object()["tasks"] as? [[String: Any]]
        #expect(list?.count == 1 && list?.first?["container_id"] as? String == container.id.description)
    }

    @Test(arguments: [
        ("", "badOption: "), ("[]", "badOption: "), ("{", "badOption: "), (#"{"task_id":7}"#, "badOption: "),
        (#"{"command":{"value":"true"}}"#, "badOption: "), (#"{"task_id":{"value":"../x"}}"#, "badName: "),
        (#"{"task_id":{"value":"x"}}"#, "badOption: task “x”: it has neither"),
        (#"{"task_id":{"value":"x"},"command":{"value":"true"}}"#, "badResource: task “x”: it asks for no cpus"),
        (#"{"task_id":{"value":"x"},"command":{"value":"true"},"resources":[{"name":"gpus"}]}"#, "badOption: "),
        (String(repeating: "[", count: 100_000), "badOption: "),
    ])
    func whatIsNoTaskIsRefused(_ body: String, _ words: String) async throws {
        let trial = try await AgentTrial()
        let answer = await trial.ask("POST", "tasks", Array(body.utf8), type: "application/json")
        #expect(answer.status == 400 && answer.text.hasPrefix(words), "\(answer.status) \(answer.text)")
        #expect(await trial.tasks.list().isEmpty)
    }

    @Test func wrongCallsHaveTheirStatus() async throws {
        let trial = try await AgentTrial()
        #expect(await trial.ask("POST", "tasks", [1], type: nil).status == 415)
        #expect(await trial.ask("POST", "tasks", [1], type: "text/plain").status == 415)
        #expect(await trial.ask("POST", "tasks", [1], type: "application/x-protobuf").status == 400)
        let large = [UInt8](repeating: 32, count: (4 << 20) + 1)
        #expect(await trial.ask("POST", "tasks", large, type: "application/json").status == 413)
        for path in ["", "task", "tasks/a/b", "tasks/a/updates/c", "containers"] {
            #expect(await trial.ask("GET", path).status == 404, "\(path)")
        }
        let wrong = await trial.ask("PUT", "tasks")
        #expect(wrong.status == 405 && wrong.headers.contains { $0 == ("Allow", "GET, POST") })
        for path in ["tasks/a", "tasks/a/updates", "tasks/a/output", "containers/a"] {
            let answer = await trial.ask("GET", path)
            #expect(answer.status == 404 && answer.text.hasPrefix("unknown"), "\(path): \(answer.text)")
        }
        #expect(await trial.ask("DELETE", "tasks/a").status == 404)
        #expect(await trial.ask("GET", "containers/A_B").status == 400)
        try await trial.restart(recovering: false)
        #expect(await trial.ask("GET", "tasks").status == 503)
    }

    @Test func anIDIsUsedOnce() async throws {
        let trial = try await AgentTrial()
        let body = try MesosJSON.encode(trial.tasks.complete(.sample()))
        #expect(await trial.ask("POST", "tasks", body, type: "application/json").status == 201)
        let again = await trial.ask("POST", "tasks", body, type: "application/json")
        #expect(again.status == 409 && again.text.hasPrefix("nameInUse: "))
    }

    @Test func aTaskIsKilledWithItsGrace() async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched()
        try await trial.update(.taskRunning)
        _ = try await events.next()
        for grace in ["-1", "x", "nan", "1e12"] {
            let query = ["grace": grace]
            #expect(await trial.ask("DELETE", "tasks/t", query: query).status == 400, "\(grace)")
        }
        #expect(await trial.ask("DELETE", "tasks/t", query: ["grace": "1.5"]).status == 202)
        let kill = try await events.next()
        #expect(kill.type == .kill && kill.kill.killPolicy.gracePeriod.nanoseconds == 1_500_000_000)
    }

    /// All so far, then live, one line each; over with the last.
    @Test func updatesAreToldToTheEnd() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        try await trial.update(.taskStarting, uuid: 1)
        let answer = await trial.ask("GET", "tasks/t/updates")
        #expect(answer.headers.contains { $0 == ("Content-Type", "application/x-ndjson") })
        try await trial.update(.taskRunning, uuid: 2)
        try await trial.update(.taskFinished, uuid: 3)
        let lines = try await answer.stream().split(separator: UInt8(ascii: "\n"))
        let states = try lines.map { try MesosJSON.decode(Mesos_V1_TaskStatus.self, from: Array($0)).state }
        #expect(states == [.taskStarting, .taskRunning, .taskFinished])
        // Later as well.
        let late = try await trial.ask("GET", "tasks/t/updates").stream()
        #expect(late.split(separator: UInt8(ascii: "\n")).count == 3)
    }

    @Test func aContainerIsInspectedWhileItLivesAndLater() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        let id = try await trial.container().id
        let living = try await trial.ask("GET", "containers/\(id)").object()
        #expect(living["state"] as? String == "running" && living["image"] as? String == "an image")
        #expect(living["tasks"] as? [String] == ["t"] && living["termination"] == nil)
        #expect((living["resources"] as? [String: Any])?["memoryMiB"] as? Int == 128)
        #expect((living["stages"] as? [[String: Any]])?.last?["stage"] as? String == "start")
        let sandbox = try trial.household.places().sandbox(id)
        #expect(living["sandbox"] as? String == sandbox)
        _ = try await trial.executors.containerizer.destroy(id)
        let end = try await trial.end()
        let left = try await trial.ask("GET", "containers/\(id)").object()
        #expect(left["state"] as? String == "terminated" && left["termination"] != nil)
        #expect(left["message"] as? String == end.message && !end.message.isEmpty)
    }
}

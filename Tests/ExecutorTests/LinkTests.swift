import ExecutorCore
import Foundation
import TestSupport
import Testing

@Suite struct LinkTests {
    @Test func theFirstSubscription() async throws {
        let trial = try Trial()
        try await trial.subscribed()
        let seen = try #require(trial.agent.subscriptions.first)
        #expect(seen.head.contains("Accept: application/json\r\n"))
        #expect(seen.call["subscribe"]?["unacknowledged_tasks"]?.items == [])
        #expect(seen.call["subscribe"]?["unacknowledged_updates"]?.items == [])
    }

    @Test func piecesOfAnySize() async throws {
        let trial = try Trial()
        try await trial.subscribed()
        let task = Trial.task("t1", "printf %s ä€😀")
        trial.agent.send(#"{"type":"LAUNCH","launch":{"task":\#(task)}}"#, inPiecesOf: 1)
        try await trial.update("TASK_FINISHED")
        #expect(trial.program.outputText == "ä€😀")
    }

    @Test func manyEventsInOnePiece() async throws {
        let trial = try Trial()
        try await trial.subscribed()
        let events = [
            #"{"type":"HEARTBEAT"}"#, #"{"type":"NEW","new":[1]}"#, #"{"type":"MESSAGE","message":{"data":"eA=="}}"#,
            #"{"type":"LAUNCH","launch":{"task":\#(Trial.task("t1", "sleep 300"))}}"#,
            #"{"type":"KILL","kill":{"task_id":{"value":"t1"}}}"#,
        ]
        trial.agent.write(events.flatMap { Array("\($0.utf8.count)\n\($0)".utf8) })
        try await trial.update("TASK_KILLED")
    }

    @Test func anAgentThatIsNotReady() async throws {
        let agent = try ScriptedAgent()
        agent.treat([.status(503), .status(404), .status(503), .close])
        let trial = try Trial(agent: agent)
        try await trial.launch(Trial.task("t1", "true"))
        try await trial.update("TASK_FINISHED")
        #expect(agent.subscriptions.count == 5)
    }

    @Test func anAgentThatIsNotThereYet() async throws {
        let agent = try ScriptedAgent()
        agent.stop()
        let trial = try Trial(agent: agent)
        try await Task.sleep(for: .milliseconds(500))
        try agent.restart()
        try await trial.launch(Trial.task("t1", "true"))
        try await trial.update("TASK_FINISHED")
    }

    @Test func anAgentThatNeverComes() async throws {
        let agent = try ScriptedAgent()
        agent.stop()
        let trial = try Trial(["MESOS_RECOVERY_TIMEOUT": "500ms"], agent: agent)
        #expect(try await trial.end(within: .seconds(60)) == 1)
        #expect(trial.program.errorText.contains("in time"))
    }

    @Test(arguments: [400, 401, 403]) func anAgentThatRefusesUs(_ status: Int) async throws {
        let agent = try ScriptedAgent()
        agent.treat([.status(status)])
        let trial = try Trial(agent: agent)
        #expect(try await trial.end(within: .seconds(60)) == 1)
        #expect(trial.program.errorText.contains("refused us: \(status) sorry"))
        #expect(agent.subscriptions.count == 1)
    }

    @Test func whatWasNotAcknowledgedIsToldAgain() async throws {
        let trial = try Trial()
        trial.agent.acknowledge(false)
        try await trial.launch(Trial.task("t1", "until [ -e go ]; do sleep 0.05; done"))
        try await trial.update("TASK_RUNNING")
        trial.agent.dropStream()
        try await eventually("a second subscription", within: .seconds(20)) {
            trial.agent.subscriptions.count == 2 ? true : nil
        }
        let told = try #require(trial.agent.subscriptions.last).call["subscribe"]
        let updates = told?["unacknowledged_updates"]?.items ?? []
        #expect(updates.map { $0["status"]?["state"] } == ["TASK_STARTING", "TASK_RUNNING"])
        #expect(updates.map { $0["status"] } == trial.agent.updates.map { $0.status })
        let tasks = told?["unacknowledged_tasks"]?.items ?? []
        #expect(tasks == [try JSONReader.read(Array(Trial.task("t1", "until [ -e go ]; do sleep 0.05; done").utf8))])
        try await trial.subscribed()
        trial.agent.acknowledge(true)
        for update in trial.agent.updates { trial.agent.acknowledge(update) }
        _ = try trial.sandbox.file("go", [])
        try await trial.update("TASK_FINISHED")
        #expect(try await trial.end() == 0)
    }

    @Test func oneAcknowledgementIsEnoughForTheTask() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "sleep 300"))
        try await trial.update("TASK_RUNNING")
        try await Task.sleep(for: .milliseconds(300))
        trial.agent.dropStream()
        try await eventually("a second subscription", within: .seconds(20)) {
            trial.agent.subscriptions.count == 2 ? true : nil
        }
        let told = try #require(trial.agent.subscriptions.last).call["subscribe"]
        #expect(told?["unacknowledged_tasks"]?.items == [] && told?["unacknowledged_updates"]?.items == [])
        trial.program.signal(SIGTERM)
        #expect(try await trial.end() == 0)
    }

    /// The task ends while the agent is away; its result is in the next SUBSCRIBE.
    @Test func anAgentThatRestarts() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "until [ -e go ]; do sleep 0.05; done; touch gone; exit 4"))
        try await trial.update("TASK_RUNNING")
        try await Task.sleep(for: .milliseconds(300))
        trial.agent.stop()
        _ = try trial.sandbox.file("go", [])
        try await eventually("the task's end", within: .seconds(60)) { trial.file("gone") }
        try await Task.sleep(for: .seconds(1))
        #expect(trial.program.exitStatus == nil)
        trial.agent.treat([.status(503)])
        try trial.agent.restart()
        let told = try await eventually("a third subscription", within: .seconds(20)) {
            trial.agent.subscriptions.count == 3 ? trial.agent.subscriptions.last?.call["subscribe"] : nil
        }
        let last = try #require(told["unacknowledged_updates"]?.items?.last?["status"])
        #expect(last["state"] == "TASK_FAILED" && last["message"] == "Command exited with status 4")
        try await trial.subscribed()
        trial.agent.acknowledge(.init(call: ["update": ["status": last]], head: ""))
        #expect(try await trial.end() == 0)
    }

    @Test func withoutCheckpointALostAgentIsTheEnd() async throws {
        let trial = try Trial(["MESOS_CHECKPOINT": "0"])
        try await trial.launch(Trial.task("t1", "echo $$ >pid; sleep 300"))
        let process = try await trial.number(in: "pid")
        trial.agent.dropStream()
        #expect(try await trial.end(within: .seconds(60)) == 0)
        #expect(!Trial.runs(process))
        #expect(trial.agent.subscriptions.count == 1)
    }

    @Test func anAgentThatDoesNotComeBack() async throws {
        let trial = try Trial(["MESOS_RECOVERY_TIMEOUT": "1secs"])
        try await trial.launch(Trial.task("t1", "echo $$ >pid; sleep 300"))
        let process = try await trial.number(in: "pid")
        trial.agent.stop()
        #expect(try await trial.end(within: .seconds(60)) == 0)
        #expect(!Trial.runs(process))
    }

    @Test func callsThatFailAreRepeated() async throws {
        let trial = try Trial()
        trial.agent.answer([503, 500, 202, 503])
        try await trial.launch(Trial.task("t1", "true"))
        try await trial.update("TASK_FINISHED")
        #expect(try await trial.end() == 0)
        #expect(trial.states() == ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"])
        #expect(trial.agent.updates.count == 6)
    }

    static let bomb = String(repeating: "[", count: 100_000)

    @Test(arguments: [
        ScriptedAgent.Manner.nonsense, .raw(Array("x\n{}".utf8)), .raw(Array("99999999999999999999\n".utf8)),
        .raw(Array("-1\n".utf8)), .raw(Array("900000000\n{".utf8)), .raw(Array("3\n{}}".utf8)), .raw(Array("0\n".utf8)),
        .raw(Array("2\n{}".utf8)), .raw(Array("100000\n\(LinkTests.bomb)".utf8)),
        .raw(Array(#"17\#n{"type":"LAUNCH"}"#.utf8)),
        .status(999),
    ])
    func garbageIsALostStream(_ manner: ScriptedAgent.Manner) async throws {
        let agent = try ScriptedAgent()
        agent.treat([manner, manner])
        let trial = try Trial(agent: agent)
        try await trial.launch(Trial.task("t1", "true"))
        try await trial.update("TASK_FINISHED")
        #expect(agent.subscriptions.count == 3)
        #expect(try await trial.end() == 0)
    }

    @Test func garbageAmidATaskCostsNothing() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "until [ -e go ]; do sleep 0.05; done"))
        try await trial.update("TASK_RUNNING")
        trial.agent.write(Array("100000\n\(LinkTests.bomb)".utf8))
        try await eventually("a second subscription", within: .seconds(20)) {
            trial.agent.subscriptions.count == 2 ? true : nil
        }
        try await trial.subscribed()
        _ = try trial.sandbox.file("go", [])
        try await trial.update("TASK_FINISHED")
    }

    @Test func itEndsOnlyWithTheLastAcknowledgement() async throws {
        let trial = try Trial()
        trial.agent.acknowledge(false)
        try await trial.launch(Trial.task("t1", "true"))
        try await trial.update("TASK_FINISHED")
        try await Task.sleep(for: .seconds(1))
        #expect(trial.program.exitStatus == nil)
        trial.agent.acknowledge(true)
        for update in trial.agent.updates { trial.agent.acknowledge(update) }
        #expect(try await trial.end(within: .seconds(60)) == 0)
    }

    @Test(arguments: [
        (["MESOS_FRAMEWORK_ID": ""], "MESOS_FRAMEWORK_ID is not set"),
        (["MESOS_AGENT_ENDPOINT": "host:80"], "MESOS_AGENT_ENDPOINT is no address with a port: host:80"),
        (["MESOS_RECOVERY_TIMEOUT": "soon"], "MESOS_RECOVERY_TIMEOUT is no duration: soon"),
        (["MESOS_EXECUTOR_AUTHENTICATION_TOKEN": "a\r\nb"], "holds what no token holds"),
    ])
    func settingsThatCannotBe(_ settings: [String: String], _ words: String) async throws {
        let trial = try Trial(settings)
        #expect(try await trial.end() == 1)
        #expect(trial.program.errorText.contains(words))
    }
}

import ExecutorCore
import Foundation
import TestSupport
import Testing

@Suite struct GroupTests {
    @Test func tasksOfAGroupRunAtATime() async throws {
        let trial = try Trial()
        try await trial.launchGroup(
            Trial.task("t1", "touch one; until [ -e two ]; do sleep 0.05; done"),
            Trial.task("t2", "touch two; until [ -e one ]; do sleep 0.05; done"))
        try await trial.update("TASK_FINISHED", of: "t1")
        try await trial.update("TASK_FINISHED", of: "t2")
        #expect(try await trial.end() == 0)
    }

    @Test func aGroupFailsTogether() async throws {
        let trial = try Trial()
        try await trial.launchGroup(Trial.task("t1", "sleep 300"), Trial.task("t2", "sleep 0.3; exit 3"))
        #expect(try await trial.update("TASK_FAILED", of: "t2")["message"]?.text == "Command exited with status 3")
        try await trial.update("TASK_KILLED", of: "t1")
        #expect(try await trial.end() == 0)
    }

    @Test func oneThatFinishesLeavesTheOthers() async throws {
        let trial = try Trial()
        try await trial.launchGroup(
            Trial.task("t1", "until [ -e go ]; do sleep 0.05; done"), Trial.task("t2", "true"))
        try await trial.update("TASK_FINISHED", of: "t2")
        _ = try trial.sandbox.file("go", [])
        try await trial.update("TASK_FINISHED", of: "t1")
        #expect(trial.states(of: "t1") == ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"])
    }

    @Test func whatOneLeavesEndsWithItThoughTheOthersRun() async throws {
        let trial = try Trial()
        try await trial.launchGroup(Trial.task("t1", "sleep 300 & echo $! >left"), Trial.task("t2", "sleep 300"))
        try await trial.update("TASK_FINISHED", of: "t1")
        let left = try await trial.number(in: "left")
        try await eventually("its end", within: .seconds(60)) { Trial.runs(left) ? nil : true }
        #expect(trial.program.exitStatus == nil)
    }

    @Test func oneThatIsKilledTakesTheOthersAlongButNoOtherGroup() async throws {
        let trial = try Trial()
        try await trial.launchGroup(Trial.task("t1", "sleep 300"), Trial.task("t2", "sleep 300"))
        try await trial.launchGroup(Trial.task("t3", "until [ -e go ]; do sleep 0.05; done"))
        for id in ["t1", "t2", "t3"] { try await trial.update("TASK_RUNNING", of: id) }
        trial.kill("t1")
        try await trial.update("TASK_KILLED", of: "t1")
        try await trial.update("TASK_KILLED", of: "t2")
        _ = try trial.sandbox.file("go", [])
        try await trial.update("TASK_FINISHED", of: "t3")
        #expect(try await trial.end() == 0)
    }

    @Test func oneThatCannotStartEndsTheRest() async throws {
        let trial = try Trial()
        try await trial.launchGroup(
            Trial.task("t1", "sleep 300"), Trial.task("t2", command: #"{"shell":false,"value":"/no/such"}"#),
            Trial.task("t3", "echo never"))
        try await trial.update("TASK_FAILED", of: "t2")
        try await trial.update("TASK_KILLED", of: "t1")
        let unborn = try await trial.update("TASK_KILLED", of: "t3")
        #expect(unborn["message"]?.text == "Task was killed before it was started")
        #expect(try await trial.end() == 0)
        #expect(trial.program.outputText.isEmpty)
    }

    @Test func oneThatIsInvalidIsTheEndOfAll() async throws {
        let trial = try Trial()
        try await trial.launchGroup(Trial.task("t1", "echo never"), Trial.task("t2", command: "{}"))
        try await trial.update("TASK_FAILED", of: "t2")
        try await trial.update("TASK_KILLED", of: "t1")
        #expect(try await trial.end() == 0)
        #expect(trial.program.outputText.isEmpty)
    }
}

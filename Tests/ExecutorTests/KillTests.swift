import ExecutorCore
import Foundation
import TestSupport
import Testing

@Suite struct KillTests {
    private let deaf = "trap '' TERM; echo $$ >pid; while :; do sleep 0.1; done"

    @Test func killedAtOnce() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "echo $$ >pid; sleep 300"))
        _ = try await trial.number(in: "pid")
        trial.kill("t1")
        let last = try await trial.update("TASK_KILLED")
        #expect(last["message"]?.text == "Command terminated with signal Terminated")
        #expect(try await trial.end() == 0)
        #expect(trial.states() == ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_KILLED"])
    }

    @Test func killedThoughItExitsWithZero() async throws {
        let trial = try Trial()
        try await trial.launch(
            Trial.task("t1", "trap 'echo bye; exit 0' TERM; echo $$ >pid; while :; do sleep 0.1; done"))
        _ = try await trial.number(in: "pid")
        trial.kill("t1")
        #expect(try await trial.update("TASK_KILLED")["message"]?.text == "Command exited with status 0")
        #expect(trial.program.outputText == "bye\n")
    }

    @Test func aTaskThatIgnoresSIGTERM() async throws {
        let trial = try Trial()
        try await trial.launch(
            Trial.task("t1", deaf, extra: #","kill_policy":{"grace_period":{"nanoseconds":700000000}}"#))
        let process = try await trial.number(in: "pid")
        let start = ContinuousClock.now
        trial.kill("t1")
        let last = try await trial.update("TASK_KILLED")
        let time = ContinuousClock.now - start
        #expect(last["message"]?.text == "Command terminated with signal Killed")
        #expect(time > .milliseconds(650) && time < .seconds(20), "\(time)")
        #expect(!Trial.runs(process))
    }

    /// The event's grace goes before the task's, and a later one may only shorten it.
    @Test func aSecondKillMayOnlyShortenTheGrace() async throws {
        let trial = try Trial()
        try await trial.launch(
            Trial.task("t1", deaf, extra: #","kill_policy":{"grace_period":{"nanoseconds":1}}"#))
        let process = try await trial.number(in: "pid")
        trial.kill("t1", grace: .seconds(60))
        try await trial.update("TASK_KILLING")
        try await Task.sleep(for: .seconds(1))
        #expect(Trial.runs(process))
        trial.kill("t1", grace: .milliseconds(1))
        try await trial.update("TASK_KILLED", within: .seconds(60))
        #expect(trial.states().filter { $0 == "TASK_KILLING" }.count == 1)
    }

    @Test func aSecondKillDoesNotLengthenTheGrace() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", deaf))
        _ = try await trial.number(in: "pid")
        trial.kill("t1", grace: .seconds(2))
        try await trial.update("TASK_KILLING")
        trial.kill("t1", grace: .seconds(300))
        try await trial.update("TASK_KILLED", within: .seconds(60))
    }

    @Test func theWholeTreeGetsTheSignal() async throws {
        let trial = try Trial()
        let child =
            "setsid sh -c \"trap 'echo child >>heard; exit' TERM; echo \\$\\$ >two; while :; do sleep 0.1; done\""
        try await trial.launch(
            Trial.task(
                "t1",
                "\(child) & trap 'echo parent >>heard; wait; exit' TERM; echo $$ >pid; while :; do sleep 0.1; done"))
        _ = try await trial.number(in: "pid")
        _ = try await trial.number(in: "two")
        trial.kill("t1", grace: .seconds(10))
        try await trial.update("TASK_KILLED")
        #expect(Set(trial.file("heard")?.split(separator: "\n") ?? []) == ["child", "parent"])
    }

    @Test func aStoppedTaskHearsItToo() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "echo $$ >pid; kill -STOP $$; sleep 300"))
        let process = try await trial.number(in: "pid")
        try await eventually("a stopped process", within: .seconds(60)) {
            let stat = FileManager.default.contents(atPath: "/proc/\(process)/stat") ?? Data()
            return String(decoding: stat, as: UTF8.self).contains(") T ") ? true : nil
        }
        trial.kill("t1", grace: .seconds(60))
        #expect(try await trial.update("TASK_KILLED")["message"]?.text == "Command terminated with signal Terminated")
    }

    @Test func withoutTASK_KILLINGWhereTheFrameworkDoesNotKnowIt() async throws {
        let agent = try ScriptedAgent()
        agent.greet(#"{"type":"SUBSCRIBED","subscribed":{"framework_info":{"name":"old"}}}"#)
        let trial = try Trial(agent: agent)
        try await trial.launch(Trial.task("t1", "sleep 300"))
        try await trial.update("TASK_RUNNING")
        trial.kill("t1")
        try await trial.update("TASK_KILLED")
        #expect(trial.states() == ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLED"])
    }

    @Test func aKillOfNoTaskChangesNothing() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "until [ -e go ]; do sleep 0.05; done"))
        try await trial.update("TASK_RUNNING")
        trial.kill("t9")
        _ = try trial.sandbox.file("go", [])
        try await trial.update("TASK_FINISHED")
    }

    @Test func shutdownKillsWithinItsGrace() async throws {
        let trial = try Trial(["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD": "3secs"])
        try await trial.launch(Trial.task("t1", deaf))
        _ = try await trial.number(in: "pid")
        let start = ContinuousClock.now
        trial.shutDown()
        #expect(try await trial.update("TASK_KILLED")["message"]?.text == "Command terminated with signal Killed")
        #expect(try await trial.end() == 0)
        #expect(ContinuousClock.now - start < .seconds(3))
    }

    @Test func shutdownWithoutATaskEndsAtOnce() async throws {
        let trial = try Trial()
        try await trial.subscribed()
        trial.shutDown()
        #expect(try await trial.end(within: .seconds(60)) == 0)
    }

    /// An agent that acknowledges nothing any more waits for its grace period and no longer.
    @Test func shutdownEndsWithoutAcknowledgement() async throws {
        let trial = try Trial(["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD": "1secs"])
        try await trial.launch(Trial.task("t1", "sleep 300"))
        try await trial.update("TASK_RUNNING")
        trial.agent.acknowledge(false)
        trial.shutDown()
        #expect(try await trial.end(within: .seconds(60)) == 0)
        #expect(trial.states().last == "TASK_KILLED")
    }

    @Test func aSignalFromOutsideIsAShutdown() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "sleep 300"))
        try await trial.update("TASK_RUNNING")
        trial.program.signal(SIGTERM)
        try await trial.update("TASK_KILLED")
        #expect(try await trial.end() == 0)
    }
}

import ExecutorCore
import Foundation
import TestSupport
import Testing

@Suite struct TaskTests {
    @Test func aTaskThatFinishes() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "echo out; echo err >&2; pwd"))
        let last = try await trial.update("TASK_FINISHED")
        #expect(try await trial.end() == 0)
        #expect(trial.states() == ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"])
        #expect(last["message"]?.text == "Command exited with status 0")
        #expect(trial.program.outputText == "out\n\(trial.sandbox.path)\n")
        #expect(trial.program.errorText == "err\n")
    }

    @Test func whatAnUpdateHolds() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "true"))
        try await trial.update("TASK_FINISHED")
        let call = try #require(trial.agent.updates.first { $0.state == "TASK_RUNNING" })
        #expect(call.head.hasPrefix("POST /api/v1/executor HTTP/1.1\r\n"))
        #expect(call.head.contains("Content-Type: application/json\r\n"))
        #expect(call.call["executor_id"]?["value"] == "e1" && call.call["framework_id"]?["value"] == "f1")
        let uuid = try #require(Data(base64Encoded: call.status["uuid"]?.text ?? ""))
        #expect(uuid.count == 16 && uuid[6] >> 4 == 4 && uuid[8] >> 6 == 2)
        #expect(abs((call.status["timestamp"]?.real ?? 0) - Date().timeIntervalSince1970) < 60)
        #expect(call.status["source"] == "SOURCE_EXECUTOR" && call.status["executor_id"]?["value"] == "e1")
        #expect(call.status["container_status"]?["container_id"]?["value"] == "c1")
        #expect(Set(trial.agent.updates.map { $0.status["uuid"] }).count == 3)
    }

    @Test(arguments: [
        ("exit 7", "Command exited with status 7"), ("kill -9 $$", "Command terminated with signal Killed"),
    ])
    func aTaskThatFails(_ script: String, _ message: String) async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", script))
        #expect(try await trial.update("TASK_FAILED")["message"]?.text == message)
        #expect(try await trial.end() == 0)
    }

    @Test func argumentsWithoutAShell() async throws {
        let trial = try Trial()
        let command = #"{"shell":false,"value":"printf","arguments":["printf","%s|","a b","$HOME",";"]}"#
        try await trial.launch(Trial.task("t1", command: command))
        try await trial.update("TASK_FINISHED")
        #expect(trial.program.outputText == "a b|$HOME|;|")
    }

    @Test func theEnvironment() async throws {
        let token = "MESOS_EXECUTOR_AUTHENTICATION_TOKEN"
        let trial = try Trial([token: "a.b.c"])
        let variables = #"[{"name":"OWN","value":"ä \"x\""},{"name":"FROM_AGENT","value":"task"},{"name":"SECRET"}]"#
        try await trial.launch(
            Trial.task(
                "t1",
                command: #"{"value":"env; printf =; cat /proc/$PPID/environ","environment":{"variables":\#(variables)}}"#,
                extra: #","resources":[{"name":"cpus","allocation_info":{"role":"dev"}}]"#))
        try await trial.update("TASK_FINISHED")
        let lines = trial.program.outputText.split(separator: "\n")
        #expect(lines.contains("OWN=ä \"x\"") && lines.contains("FROM_AGENT=task"))
        #expect(lines.contains("MESOS_ALLOCATION_ROLE=dev") && lines.contains("MESOS_EXECUTOR_ID=e1"))
        #expect(!lines.contains { $0.hasPrefix(token) } && !trial.program.outputText.contains("a.b.c"))
        #expect(trial.agent.seen.allSatisfy { $0.head.contains("Authorization: Bearer a.b.c") })
    }

    @Test func aCommandThatIsNotThere() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", command: #"{"shell":false,"value":"/no/such/program"}"#))
        let last = try await trial.update("TASK_FAILED")
        #expect(last["message"]?.text == "Failed to execute command '/no/such/program': No such file or directory")
        #expect(last["reason"]?.text == "REASON_CONTAINER_LAUNCH_FAILED")
        #expect(try await trial.end() == 0)
        #expect(trial.states() == ["TASK_STARTING", "TASK_FAILED"])
    }

    @Test(arguments: [
        (#"{"value":"true","user":"nobody-at-all"}"#, "No such user: 'nobody-at-all'"),
        (#"{"shell":false}"#, "Task is invalid: command without a value"),
        (#"{"value":"a\u0000b"}"#, "Task is invalid: command with a zero byte in it"),
    ])
    func aTaskThatCannotBeRun(_ command: String, _ message: String) async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", command: command))
        #expect(try await trial.update("TASK_FAILED")["message"]?.text == message)
        #expect(try await trial.end() == 0)
    }

    @Test func aDirectoryThatIsNotThere() async throws {
        let trial = try Trial(["MESOS_SANDBOX": "/no/such/place"])
        try await trial.launch(Trial.task("t1", "true"))
        let message = try await trial.update("TASK_FAILED")["message"]?.text
        #expect(message == "Failed to enter directory '/no/such/place': No such file or directory")
    }

    @Test(.enabled(if: geteuid() == 0, "only root may run commands as others"))
    func anotherUser() async throws {
        let trial = try Trial(["MESOS_SANDBOX": "/"])
        try await trial.launch(Trial.task("t1", command: #"{"value":"id -un; id -Gn; echo $USER","user":"nobody"}"#))
        try await trial.update("TASK_FINISHED")
        #expect(trial.program.outputText == "nobody\nnogroup\nnobody\n")
    }

    @Test func aSecondTaskIsRefusedAndTheFirstGoesOn() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "until [ -e go ]; do sleep 0.05; done"))
        try await trial.update("TASK_RUNNING")
        try await trial.launch(Trial.task("t1", "false"))
        try await trial.launch(Trial.task("t2", "true"))
        let refusal = try await trial.update("TASK_FAILED", of: "t2")
        #expect(refusal["message"]?.text == "Attempted to run multiple tasks using a \"command\" executor")
        _ = try trial.sandbox.file("go", [])
        try await trial.update("TASK_FINISHED")
        #expect(try await trial.end() == 0)
        #expect(trial.states(of: "t2") == ["TASK_FAILED"])
    }

    @Test func whatATaskLeavesEndsWithIt() async throws {
        let trial = try Trial()
        try await trial.launch(
            Trial.task(
                "t1",
                "sleep 300 & echo $! >one; setsid sh -c 'echo $$ >two; exec sleep 300' & "
                    + "until [ -s two ]; do sleep 0.05; done"
            ))
        let (one, two) = (try await trial.number(in: "one"), try await trial.number(in: "two"))
        #expect(try await trial.end() == 0)
        try await eventually("their end", within: .seconds(60)) { Trial.runs(one) || Trial.runs(two) ? nil : true }
    }

    @Test func aTaskThatTakesTooLong() async throws {
        let trial = try Trial()
        try await trial.launch(
            Trial.task("t1", "sleep 300", extra: #","max_completion_time":{"nanoseconds":300000000}"#))
        let last = try await trial.update("TASK_FAILED")
        #expect(last["reason"]?.text == "REASON_MAX_COMPLETION_TIME_REACHED")
        #expect(last["message"]?.text?.hasPrefix("Command terminated with signal ") == true)
        #expect(try await trial.end() == 0)
        #expect(trial.states() == ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"])
    }

    @Test func noOrphanStaysAZombie() async throws {
        let trial = try Trial()
        try await trial.launch(
            Trial.task("t1", "(sh -c 'echo $$ >orphan; sleep 0.2' &) ; until [ -e go ]; do sleep 0.05; done"))
        let orphan = try await trial.number(in: "orphan")
        try await eventually("the orphan's burial", within: .seconds(60)) {
            FileManager.default.fileExists(atPath: "/proc/\(orphan)") ? nil : true
        }
        _ = try trial.sandbox.file("go", [])
        try await trial.update("TASK_FINISHED")
    }
}

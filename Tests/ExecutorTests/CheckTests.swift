import ExecutorCore
import Foundation
import TestSupport
import Testing

@Suite struct CheckTests {
    private static let quick = #""delay_seconds":0,"interval_seconds":0.1,"timeout_seconds":2"#

    /// A health check by a script.
    private static func health(_ script: String, grace: Int = 0, failures: Int, times: String = quick) -> String {
        #"{"type":"COMMAND","command":{"value":\#(Trial.quoted(script))},\#(times),"#
            + #""grace_period_seconds":\#(grace),"consecutive_failures":\#(failures)}"#
    }

    @Test func aHealthCheckThatFailsKillsItsTask() async throws {
        let trial = try Trial()
        let check = Self.health("echo x >>tries; false", failures: 3)
        try await trial.launch(Trial.task("t1", "sleep 300", extra: #","health_check":\#(check)"#))
        let last = try await trial.update("TASK_KILLED")
        #expect(last["healthy"] == .bool(false))
        #expect(try await trial.end() == 0)
        #expect(trial.file("tries") == "x\nx\nx\n")
        let health = trial.agent.updates.filter { $0.status["reason"] == "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED" }
        #expect(health.map { $0.status["healthy"] } == [.bool(false), .bool(false)])
        #expect(health.allSatisfy { $0.state == "TASK_RUNNING" })
        #expect(trial.states().suffix(2) == ["TASK_KILLING", "TASK_KILLED"])
    }

    @Test func onlyChangesOfHealthAreTold() async throws {
        let trial = try Trial()
        let check = Self.health("echo x >>tries; [ ! -e sick ]", failures: 1000)
        try await trial.launch(Trial.task("t1", "sleep 300", extra: #","health_check":\#(check)"#))
        try await trial.update("TASK_RUNNING") { $0["healthy"] == .bool(true) }
        try await eventually("tries", within: .seconds(20)) { (trial.file("tries")?.count ?? 0) > 8 ? true : nil }
        _ = try trial.sandbox.file("sick", [])
        try await trial.update("TASK_RUNNING") { $0["healthy"] == .bool(false) }
        try FileManager.default.removeItem(atPath: trial.sandbox.path + "/sick")
        try await eventually("a recovery", within: .seconds(20)) { trial.states().count == 5 ? true : nil }
        #expect(trial.agent.updates.compactMap { $0.status["healthy"] } == [.bool(true), .bool(false), .bool(true)])
        trial.kill("t1")
        #expect(try await trial.update("TASK_KILLED")["healthy"] == nil)
    }

    @Test func failuresWithinTheGraceDoNotCount() async throws {
        let trial = try Trial()
        let check = Self.health("echo x >>tries; false", grace: 60, failures: 1)
        try await trial.launch(Trial.task("t1", "sleep 300", extra: #","health_check":\#(check)"#))
        try await eventually("tries", within: .seconds(20)) { (trial.file("tries")?.count ?? 0) > 8 ? true : nil }
        #expect(trial.states() == ["TASK_STARTING", "TASK_RUNNING"])
    }

    @Test func aCheckThatTakesTooLongIsEnded() async throws {
        let trial = try Trial()
        let times = #""delay_seconds":0,"interval_seconds":0.1,"timeout_seconds":0.3"#
        let check = Self.health("echo $$ >>checks; sleep 300", failures: 2, times: times)
        let deaf = "trap '' TERM; while :; do sleep 0.1; done"
        let grace = #","kill_policy":{"grace_period":{"nanoseconds":600000000000}}"#
        try await trial.launch(Trial.task("t1", deaf, extra: #","health_check":\#(check)\#(grace)"#))
        try await trial.update("TASK_KILLING")
        let processes = try #require(trial.file("checks")).split(separator: "\n").compactMap { pid_t($0) }
        #expect(processes.count == 2)
        try await eventually("their end", within: .seconds(60)) { processes.contains(where: Trial.runs) ? nil : true }
        #expect(trial.program.exitStatus == nil)
    }

    @Test func aCommandsResultIsTold() async throws {
        let trial = try Trial()
        let command = #"{"value":"echo told; exit $(cat code)"}"#
        let check = #"{"type":"COMMAND","command":{"command":\#(command)},\#(Self.quick)}"#
        _ = try trial.sandbox.file("code", Array("7\n".utf8))
        try await trial.launch(Trial.task("t1", "sleep 300", extra: #","check":\#(check)"#))
        let first = try await trial.update("TASK_RUNNING") { $0["check_status"]?["command"]?["exit_code"] != nil }
        #expect(first["check_status"] == ["type": "COMMAND", "command": ["exit_code": .integer(7)]])
        #expect(first["reason"] == "REASON_TASK_CHECK_STATUS_UPDATED")
        _ = try trial.sandbox.file("code", Array("0\n".utf8))
        try await trial.update("TASK_RUNNING") { $0["check_status"]?["command"]?["exit_code"] == .integer(0) }
        let empty: JSON = ["type": "COMMAND", "command": [:]]
        #expect(trial.agent.updates.prefix(2).map { $0.status["check_status"] } == [empty, empty])
        trial.kill("t1")
        #expect(try await trial.update("TASK_KILLED")["check_status"]?["command"]?["exit_code"] == .integer(0))
        #expect(trial.program.outputText.isEmpty, "a check's output is not the task's")
    }

    @Test func aPortThatOpensAndCloses() async throws {
        let trial = try Trial()
        let server = try ScriptedAgent()
        let check = #"{"type":"TCP","tcp":{"port":\#(server.port)},\#(Self.quick)}"#
        try await trial.launch(Trial.task("t1", "sleep 300", extra: #","check":\#(check)"#))
        try await trial.update("TASK_RUNNING") { $0["check_status"]?["tcp"]?["succeeded"] == .bool(true) }
        server.stop()
        try await trial.update("TASK_RUNNING") { $0["check_status"]?["tcp"]?["succeeded"] == .bool(false) }
    }

    @Test func anAnswerByHTTP() async throws {
        let trial = try Trial()
        let server = try StatusServer(status: 418)
        let check = #"{"type":"HTTP","http":{"port":\#(server.port),"path":"/ok?x=1"},\#(Self.quick)}"#
        try await trial.launch(Trial.task("t1", "sleep 300", extra: #","check":\#(check),"health_check":\#(check)"#))
        let told = try await trial.update("TASK_RUNNING") { $0["check_status"]?["http"]?["status_code"] != nil }
        #expect(told["check_status"]?["http"]?["status_code"] == .integer(418))
        #expect(server.requests.first?.hasPrefix("GET /ok?x=1 HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n") == true)
        server.status = 302
        try await trial.update("TASK_RUNNING") { $0["healthy"] == .bool(true) }
    }

    @Test(arguments: [
        (#"{"type":"HTTP","http":{"port":1,"scheme":"https"}}"#, "check by https is not supported"),
        (#"{"type":"HTTP","http":{"port":70000}}"#, "check without a usable port"),
        (#"{"type":"TELEPATHY"}"#, "health check of unknown type TELEPATHY"),
        (#"{"type":"TCP","tcp":{"port":1},"delay_seconds":-1}"#, "check with negative delay_seconds"),
    ])
    func aCheckThatCannotBeMade(_ check: String, _ words: String) async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "echo never", extra: #","health_check":\#(check)"#))
        let last = try await trial.update("TASK_FAILED")
        #expect(last["message"]?.text == "Task is invalid: \(words)" && last["reason"]?.text == "REASON_TASK_INVALID")
        #expect(trial.program.outputText.isEmpty)
    }
}

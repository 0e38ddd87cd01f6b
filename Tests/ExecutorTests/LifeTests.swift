import ExecutorCore
import Testing

/// What is decided, without a process or a socket.
@Suite struct LifeTests {
    private static func life() throws -> ExecutorLife {
        var count: UInt8 = 0
        let settings = try ExecutorSettings([
            "MESOS_FRAMEWORK_ID": "f", "MESOS_EXECUTOR_ID": "e", "MESOS_AGENT_ENDPOINT": "10.0.0.1:5051",
        ])
        return ExecutorLife(settings) {
            count += 1
            return Stamp(uuid: Array(repeating: count, count: 16), time: 1)
        }
    }

    private static func event(_ text: String) throws -> AgentEvent { try AgentEvent(Array(text.utf8)) }

    private static func launched() throws -> ExecutorLife {
        var life = try life()
        life.heard(try event(#"{"type":"SUBSCRIBED"}"#), at: .zero)
        life.heard(try event(#"{"type":"LAUNCH","launch":{"task":\#(Trial.task("t1", "true"))}}"#), at: .zero)
        return life
    }

    @Test func theLastWordsHaveSixtySeconds() throws {
        var life = try Self.launched()
        life.started("t1", at: .zero)
        #expect(!life.takeActions().contains(.set(.lastWords, .seconds(60))))
        life.ended("t1", ExitStatus(raw: 0), at: .seconds(1))
        let actions = life.takeActions()
        #expect(actions.contains(.set(.lastWords, .seconds(60))) && !actions.contains(.leave))
        life.rang(.lastWords, at: .seconds(61))
        #expect(life.takeActions() == [.leave])
    }

    /// While the agent is away nothing can be acknowledged, so that time does not count.
    @Test func theLastWordsWaitForTheAgent() throws {
        var life = try Self.launched()
        life.started("t1", at: .zero)
        life.disconnected()
        _ = life.takeActions()
        life.ended("t1", ExitStatus(raw: 0), at: .seconds(1))
        #expect(!life.takeActions().contains(.set(.lastWords, .seconds(60))))
        life.heard(try Self.event(#"{"type":"SUBSCRIBED"}"#), at: .seconds(500))
        #expect(life.takeActions() == [.set(.lastWords, .seconds(60))])
    }

    @Test func withoutAnyWordTheDefaultsOfMesosHold() throws {
        var life = try Self.life()
        let checks = #","check":{"type":"TCP","tcp":{"port":1}},"health_check":{"type":"TCP","tcp":{"port":1}}"#
        life.heard(
            try Self.event(#"{"type":"LAUNCH","launch":{"task":\#(Trial.task("t1", "true", extra: checks))}}"#),
            at: .zero)
        life.started("t1", at: .zero)
        let first = life.takeActions()
        #expect(first.contains(.set(.check(task: "t1", .check), .seconds(15))))
        #expect(first.contains(.set(.check(task: "t1", .health), .seconds(15))))
        life.rang(.check(task: "t1", .health), at: .seconds(15))
        guard case .check("t1", .health, let plan) = life.takeActions().first else {
            Issue.record("no check")
            return
        }
        #expect(plan.interval == .seconds(10) && plan.timeout == .seconds(20))
        for number in 1...3 {
            #expect(!life.takeActions().contains(.terminate(task: "t1")), "before failure \(number)")
            life.checked("t1", .health, .connected(false), at: .seconds(15 + 10 * number))
        }
        let last = life.takeActions()
        #expect(last.contains(.terminate(task: "t1")) && last.contains(.set(.destroy(task: "t1"), .seconds(3))))
    }

    @Test func aFailureWithinTheGraceOfTenSecondsIsNone() throws {
        var life = try Self.life()
        let check = #","health_check":{"type":"TCP","tcp":{"port":1},"delay_seconds":0,"consecutive_failures":1}"#
        life.heard(
            try Self.event(#"{"type":"LAUNCH","launch":{"task":\#(Trial.task("t1", "true", extra: check))}}"#),
            at: .zero)
        life.started("t1", at: .seconds(100))
        life.checked("t1", .health, .connected(false), at: .seconds(110))
        #expect(!life.takeActions().contains(.terminate(task: "t1")))
        life.checked("t1", .health, .connected(false), at: .seconds(111))
        #expect(life.takeActions().contains(.terminate(task: "t1")))
    }

    @Test func aKillCancelsTheTimeLimit() throws {
        var life = try Self.life()
        let limit = #","max_completion_time":{"nanoseconds":9000000000}"#
        life.heard(
            try Self.event(#"{"type":"LAUNCH","launch":{"task":\#(Trial.task("t1", "true", extra: limit))}}"#),
            at: .zero)
        life.started("t1", at: .zero)
        #expect(life.takeActions().contains(.set(.completion(task: "t1"), .seconds(9))))
        life.heard(try Self.event(#"{"type":"KILL","kill":{"task_id":{"value":"t1"}}}"#), at: .seconds(1))
        #expect(life.takeActions().contains(.cancel(.completion(task: "t1"))))
        life.ended("t1", ExitStatus(raw: 15), at: .seconds(2))
        #expect(life.unacknowledged.last?.state == .killed)
    }

    @Test func shutdownLeavesTheAgentTwoSeconds() throws {
        var life = try Self.launched()
        life.started("t1", at: .zero)
        _ = life.takeActions()
        life.heard(.shutdown, at: .seconds(1))
        let actions = life.takeActions()
        #expect(
            actions.contains(.set(.destroy(task: "t1"), .seconds(3))) && actions.contains(.set(.patience, .seconds(5))))
    }

    @Test func exitsInMesosWords() {
        #expect(ExitStatus(raw: 3 << 8).message == "Command exited with status 3")
        #expect(ExitStatus(raw: 15).message == "Command terminated with signal Terminated")
        #expect(ExitStatus(raw: 11 | 0x80).message == "Command terminated with signal Segmentation fault (core dumped)")
    }
}

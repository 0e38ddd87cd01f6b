import ExecutorCore
import Foundation
import TestSupport
import Testing

/// It waits most of its life: whatever it waits for, it takes no time of the processor.
@Suite struct IdleTests {
    /// In ticks of 10 ms.
    private func ticks(of trial: Trial) throws -> Int {
        let stat = try #require(FileManager.default.contents(atPath: "/proc/\(trial.program.identifier)/stat"))
        let words = try #require(String(decoding: stat, as: UTF8.self).split(separator: ")").last).split(separator: " ")
        return (Int(words[11]) ?? 0) + (Int(words[12]) ?? 0)
    }

    private func isIdle(_ trial: Trial) async throws {
        try await Task.sleep(for: .milliseconds(500))
        let before = try ticks(of: trial)
        try await Task.sleep(for: .seconds(1))
        #expect(try ticks(of: trial) - before <= 10)
    }

    @Test func whileATaskRuns() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "sleep 300"))
        try await trial.update("TASK_RUNNING")
        try await isIdle(trial)
    }

    @Test func whileTheAgentIsAway() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "sleep 300"))
        try await trial.update("TASK_RUNNING")
        trial.agent.stop()
        try await isIdle(trial)
    }

    @Test func whileTheAgentTakesNoCalls() async throws {
        let trial = try Trial()
        trial.agent.answer(Array(repeating: 503, count: 1000))
        try await trial.launch(Trial.task("t1", "sleep 300"))
        try await isIdle(trial)
    }

    @Test func whileNothingIsAcknowledged() async throws {
        let trial = try Trial()
        trial.agent.acknowledge(false)
        try await trial.launch(Trial.task("t1", "true"))
        try await trial.update("TASK_FINISHED")
        try await isIdle(trial)
    }

    @Test func itTakesLittleMemory() async throws {
        let trial = try Trial()
        try await trial.launch(Trial.task("t1", "sleep 300"))
        try await trial.update("TASK_RUNNING")
        let status = try #require(FileManager.default.contents(atPath: "/proc/\(trial.program.identifier)/status"))
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        let words = line?.split { $0 == " " || $0 == "\t" } ?? []
        #expect(try #require(Int(words[1])) < 8 << 10, "\(words)")
    }
}

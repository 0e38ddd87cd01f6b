import Foundation
import Isolation
import IsolationTestSupport
import TestSupport
import Testing

@testable import Agent

/// `/bulkhead/v1/tasks/ID/output`: a task's logs, byte for byte.
struct OutputTests {
    private func launched() async throws -> (AgentTrial, RotatingLog) {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        let sandbox = try trial.household.places().sandbox(try await trial.container().id)
        let limits = LogLimits(fileSize: Memory(bytes: 10), kept: 2)
        return (trial, try Sandbox(sandbox).log(.output, limits: limits))
    }

    @Test(arguments: [("0", "rotated, and live", "0"), ("9", "and live", "9"), ("17", "", "17"), ("99", "", "99")])
    func whatThereIsIsSent(_ offset: String, _ text: String, _ begin: String) async throws {
        let (trial, log) = try await launched()
        try log.append(Array("rotated, and live".utf8))
        let answer = await trial.ask("GET", "tasks/t/output", query: ["offset": offset])
        #expect(answer.status == 200 && answer.headers.contains { $0 == ("Bulkhead-Offset", begin) })
        #expect(String(decoding: try await answer.stream(), as: UTF8.self) == text)
    }

    @Test func whatWasRotatedAwayIsTold() async throws {
        let (trial, log) = try await launched()
        try log.append([UInt8](repeating: 7, count: 45))
        let answer = await trial.ask("GET", "tasks/t/output")
        #expect(answer.headers.contains { $0 == ("Bulkhead-Offset", "20") })
        #expect(try await answer.stream().count == 25)
    }

    @Test func followingEndsWithTheContainer() async throws {
        let (trial, log) = try await launched()
        try log.append(Array("first ".utf8))
        let answer = await trial.ask("GET", "tasks/t/output", query: ["follow": "true"])
        async let all = answer.stream()
        try await Task.sleep(for: .milliseconds(300))
        try log.append(Array("and last, with a rotation".utf8))
        _ = try await trial.executors.containerizer.destroy(try await trial.container().id)
        #expect(String(decoding: try await all, as: UTF8.self) == "first and last, with a rotation")
    }

    @Test(arguments: [["stream": "core"], ["stream": "../x"], ["offset": "-1"], ["offset": "x"]])
    func badWishesAreRefused(_ query: [String: String]) async throws {
        let (trial, _) = try await launched()
        #expect(await trial.ask("GET", "tasks/t/output", query: query).status == 400)
    }
}

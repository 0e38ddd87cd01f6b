import Isolation
import IsolationTestSupport
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

/// An executor whose stream ends, wherever its task stands.
struct DisconnectTests {
    /// What it has said of its task by then.
    static let said: [[Mesos_V1_TaskState]] = [
        [], [.taskStarting], [.taskStarting, .taskRunning], [.taskRunning, .taskKilling],
    ]

    /// It comes back with all that was not acknowledged to it, and goes on.
    @Test(arguments: said, [false, true]) func nothingIsLostOrDoubled(
        _ states: [Mesos_V1_TaskState], killed: Bool
    ) async throws {
        let trial = try await AgentTrial { $0.killPatience = .seconds(60) }
        let first = try await trial.launched()
        for (number, state) in states.enumerated() { try await trial.update(state, uuid: UInt8(number)) }
        first.leave()
        if killed { try await trial.tasks.kill("t") }
        let second = try await trial.subscribe {
            $0.unacknowledgedTasks = [
                .with {
                    ($0.name, $0.taskID.value) = ("t", "t")
                    $0.agentID = trial.executors.agent.id
                }
            ]
            $0.unacknowledgedUpdates = states.enumerated().map { number, state in
                .with { $0.status = .sample(state, "t", UInt8(number)) }
            }
        }
        #expect(try await second.next().type == .subscribed)
        for number in states.indices { #expect(try await second.next().acknowledged.uuid.first == UInt8(number)) }
        if killed { #expect(try await second.next().type == .kill) }
        try await trial.update(.taskFinished, uuid: 9)
        #expect(try await second.next().acknowledged.uuid.first == 9)
        #expect(await trial.tasks.task("t")?.statuses.map(\.state) == states + [.taskFinished])
    }

    /// Before it ever subscribed, and after it was told to end: its container's end is the task's.
    @Test(arguments: [true, false]) func whoDoesNotComeBackIsFoundOut(hasSubscribed: Bool) async throws {
        let trial = try await AgentTrial()
        if hasSubscribed {
            let events = try await trial.launched()
            try await trial.tasks.shutDown(executor: "t")
            events.leave()
        } else {
            try await trial.tasks.submit(.sample())
            try await trial.running()
            trial.household.host.endCommand(of: try await trial.machine(), .exited(3))
        }
        let end = try await trial.end()
        #expect(end.state == .taskFailed && end.reason == .executorTerminated, "\(end)")
        #expect(trial.household.host.all.isEmpty)
    }
}

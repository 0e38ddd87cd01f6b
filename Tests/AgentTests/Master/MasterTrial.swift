import Foundation
import Isolation
import Mesos
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import Agent

/// What a master would hear of an agent, and what it would send.
final class MasterTrial: Sendable {
    let agent: AgentTrial
    private let heard = Mutex<[MasterNews]>([])

    init(change: (inout ExecutorOptions) -> Void = { _ in }) async throws {
        agent = try await AgentTrial {
            $0.agent.resources = [.scalar("cpus", 8), .scalar("mem", 8192), .scalar("disk", 8192)]
            $0.hasMaster = true
            change(&$0)
        }
        try await join()
    }

    /// A master knows the agent from now on.
    func join() async throws {
        await agent.executors.attach { news in self.heard.withLock { $0 += news } }
        var info = await agent.executors.info(port: 5051)
        info.id.value = "master-S0"
        try await agent.executors.join(as: info)
        await agent.executors.resumeUpdates()
    }

    func restart() async throws {
        heard.withLock { $0 = [] }
        try await agent.restart()
    }

    var news: [MasterNews] { heard.withLock { $0 } }

    var updates: [UpdateStreams.Outgoing] {
        news.compactMap { if case .update(let outgoing) = $0 { outgoing } else { nil } }
    }

    var states: [Mesos_V1_TaskState] { updates.map(\.update.status.state) }

    /// The executors that are said to have ended.
    var exits: [String] {
        news.compactMap { if case .exited(_, let executor, let status) = $0 { "\(executor) \(status)" } else { nil } }
    }

    func framework(_ change: (inout Mesos_V1_FrameworkInfo) -> Void = { _ in }) -> Mesos_V1_FrameworkInfo {
        .with {
            ($0.user, $0.name, $0.id.value) = ("root", "trial", "f")
            $0.checkpoint = true
            $0.roles = ["web"]
            $0.capabilities = [.with { $0.type = .partitionAware }]
            change(&$0)
        }
    }

    func run(
        _ task: Mesos_V1_TaskInfo = .sample(), framework: Mesos_V1_FrameworkInfo? = nil, launches: Bool? = true
    ) async {
        var task = task
        task.agentID.value = "master-S0"
        task.name = task.taskID.value
        await agent.executors.run(
            MasterOrder(
                framework: framework ?? self.framework(), executor: task.hasExecutor ? task.executor : nil, tasks: [task],
                launchesExecutor: launches))
    }

    /// A task that its executor has.
    func launched(_ task: Mesos_V1_TaskInfo = .sample()) async throws -> EventReader {
        await run(task)
        let executor = task.hasExecutor ? task.executor.executorID.value : task.taskID.value
        try await agent.running(executor)
        let events = try await subscribe(executor)
        #expect(try await events.next().type == .subscribed)
        #expect(try await events.next().type == .launch)
        return events
    }

    func subscribe(
        _ executor: String = "t", _ change: (inout Mesos_V1_Executor_Call.Subscribe) -> Void = { _ in }
    ) async throws -> EventReader {
        let answer = try await agent.send(
            agent.call(.subscribe, executor) {
                $0.frameworkID.value = "f"
                change(&$0.subscribe)
            })
        #expect(answer.status == 200)
        return try EventReader(answer)
    }

    func update(_ state: Mesos_V1_TaskState, of task: String = "t", by executor: String = "t", uuid: UInt8) async throws {
        let call = agent.call(.update, executor) {
            $0.frameworkID.value = "f"
            $0.update.status = .sample(state, task, uuid)
        }
        #expect(try await agent.send(call).status == 202)
    }

    func acknowledge(_ uuid: UInt8, of task: String = "t") async {
        await agent.executors.acknowledged([(key(task), Data(repeating: uuid, count: 16))])
    }

    func key(_ task: String = "t") -> Executors.TaskKey { Executors.TaskKey(framework: "f", id: task) }
}

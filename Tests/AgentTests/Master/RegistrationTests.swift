import Foundation
import Isolation
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

/// What a master is told when the agent registers; section by section what would end an unmodified master.
struct RegistrationTests {
    @Test func theFirstOneHasNoIdAndSaysThatItCheckpoints() async throws {
        let trial = try await AgentTrial { $0.agent.resources = [.scalar("cpus", 2)] }
        let message = await trial.executors.registration(port: 5051)
        #expect(!message.slave.hasID && message.slave.port == 5051 && message.version == "1.11.0")
        #expect(message.slave.unknownFields.data == Data([0x38, 1]))
        #expect(message.agentCapabilities.map(\.type) == [.multiRole, .hierarchicalRole, .reservationRefinement, .agentDraining])
    }

    @Test func tasksComeWithTheirRoleAndWithoutCommandExecutors() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.launched()
        _ = try await trial.launched(.sample("own", executor: "e"))
        for (uuid, state) in [(1, Mesos_V1_TaskState.taskStarting), (2, .taskRunning), (3, .taskRunning)] {
            try await trial.update(state, uuid: UInt8(uuid))
        }
        let message = await trial.agent.executors.reregistration(port: 5051)
        #expect(message.slave.id.value == "master-S0" && message.frameworks.map(\.id.value) == ["f"])
        #expect(message.executorInfos.map(\.executorID.value) == ["e"] && message.executorInfos[0].frameworkID.value == "f")
        let tasks = Dictionary(uniqueKeysWithValues: message.tasks.map { ($0.taskID.value, $0) })
        let (command, own) = (try #require(tasks["t"]), try #require(tasks["own"]))
        #expect(!command.hasExecutorID && own.executorID.value == "e")
        #expect((command.resources + own.resources + message.executorInfos[0].resources).allSatisfy { $0.allocationInfo.role == "web" })
        #expect(command.agentID.value == "master-S0" && command.state == .taskRunning)
        #expect(command.statuses.map(\.state) == [.taskStarting, .taskRunning], "one of each run of equal states")
        #expect(command.statusUpdateState == .taskStarting && command.statusUpdateUuid == Data(repeating: 1, count: 16))
        #expect((try? message.serializedBytes() as Data) != nil)
    }

    @Test func anEndIsToldUntilItIsAcknowledged() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.launched()
        try await trial.update(.taskFinished, uuid: 1)
        #expect(await trial.agent.executors.reregistration(port: 1).tasks.map(\.state) == [.taskFinished])
        await trial.acknowledge(1)
        #expect(await trial.agent.executors.reregistration(port: 1).tasks.isEmpty)
    }

    @Test func tasksThatAreNotCheckpointedEndWithTheAgentAndUnheard() async throws {
        let trial = try await MasterTrial()
        await trial.run(framework: trial.framework { $0.checkpoint = false })
        try await trial.agent.running()
        _ = try await trial.subscribe()
        try await trial.update(.taskRunning, uuid: 1)
        #expect(trial.states == [.taskRunning])
        try await trial.restart()
        #expect(await trial.agent.executors.reregistration(port: 1).tasks.isEmpty)
        try await trial.join()
        try await eventually("the executor's end", within: .seconds(20)) {
            await trial.agent.executors.snapshot().executors.allSatisfy(\.isCompleted) ? true : nil
        }
        #expect(trial.updates.isEmpty)
    }

    @Test func reservationsOutliveTheAgent() async throws {
        let trial = try await MasterTrial()
        var reserved = Mesos_V1_Resource.scalar("cpus", 2)
        reserved.reservations = [.with { ($0.role, $0.type) = ("web", .dynamic) }]
        let places = VolumeDirectories(workDirectory: trial.agent.directory.path)
        await trial.agent.executors.checkpoint([reserved], places)
        try await trial.restart()
        #expect(await trial.agent.executors.registration(port: 1).checkpointedResources == [reserved])
        await trial.agent.executors.checkpoint([.scalar("cpus", 100)], places)
        #expect(await trial.agent.executors.membership.resources == [reserved], "what cannot be is left aside")
    }

    @Test func anAgentThatHasChangedKeepsItsIdOnlyWithoutTasks() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.launched()
        try await trial.agent.executors.check(.equal, port: 5051)
        await #expect(throws: BulkheadError.self) { try await trial.agent.executors.check(.equal, port: 5052) }
        #expect(await trial.agent.executors.agent.id.value == "master-S0")
        let idle = try await MasterTrial()
        try await idle.agent.executors.check(.equal, port: 5052)
        #expect(await idle.agent.executors.agent.id.value != "master-S0")
        #expect(await !idle.agent.executors.registration(port: 5052).slave.hasID)
    }

    @Test func growthIsAllowedWhereItIsSaid() {
        let old = Mesos_V1_AgentInfo.with {
            $0.hostname = "h"
            $0.resources = [.scalar("cpus", 2)]
        }
        var new = old
        new.resources = [.scalar("cpus", 4), .scalar("mem", 100)]
        new.attributes = [.with { ($0.name, $0.type, $0.text.value) = ("rack", .text, "r1") }]
        #expect(Reconfiguration.additive.complaint(from: old, to: new) == nil)
        #expect(Reconfiguration.equal.complaint(from: old, to: new)?.contains("cpus:2.0") == true)
        #expect(Reconfiguration.additive.complaint(from: new, to: old) != nil)
        new.hostname = "other"
        #expect(Reconfiguration.additive.complaint(from: old, to: new) != nil)
    }
}

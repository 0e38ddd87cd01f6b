import Foundation
import Isolation
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

struct SubscribeTests {
    @Test func aSubscriberHearsWhoItIsAndThenOfItsTask() async throws {
        let trial = try await AgentTrial()
        try await trial.tasks.submit(.sample())
        try await trial.running()
        let events = try await trial.subscribe()
        let subscribed = try await events.next()
        #expect(subscribed.type == .subscribed)
        #expect(subscribed.subscribed.executorInfo.executorID == .with { $0.value = "t" })
        #expect(subscribed.subscribed.frameworkInfo.id == .with { $0.value = trial.framework })
        #expect(subscribed.subscribed.agentInfo.id.value == (await trial.executors.agent.id.value))
        #expect(subscribed.subscribed.containerID.value == (try await trial.container().id.description))
        let launch = try await events.next()
        #expect(launch.type == .launch && launch.launch.task.taskID.value == "t")
        #expect(events.rest.isEmpty)
    }

    @Test func theEnvironmentSaysWhereTheAgentIs() async throws {
        let trial = try await AgentTrial(isAuthenticating: true) { $0.shutdownGrace = .seconds(5) }
        try await trial.tasks.submit(.sample())
        let command = try await trial.container().command
        let values = Dictionary(uniqueKeysWithValues: command.environment.map { ($0.name, $0.value) })
        #expect(values["MESOS_AGENT_ENDPOINT"] == "10.0.0.1:5051")
        #expect(values["MESOS_SLAVE_PID"] == "slave(1)@10.0.0.1:5051")
        #expect(values["MESOS_EXECUTOR_ID"] == "t" && values["MESOS_FRAMEWORK_ID"] == trial.framework)
        #expect(values["MESOS_SANDBOX"] == "/sandbox" && values["MESOS_DIRECTORY"] == "/sandbox")
        #expect(values["MESOS_CHECKPOINT"] == "1" && values["MESOS_RECOVERY_TIMEOUT"] == "15mins")
        #expect(values["MESOS_SUBSCRIPTION_BACKOFF_MAX"] == "1secs")
        #expect(values["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] == "5secs")
        #expect(values["MESOS_LOCAL"] == nil)
        #expect(values["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"]?.split(separator: ".").count == 3)
    }

    @Test(arguments: [
        (Duration.seconds(900), "15mins"), (.seconds(90), "90secs"), (.milliseconds(1500), "1500ms"), (.zero, "0secs"),
        (.nanoseconds(7), "7ns"),
    ])
    func durationsAreWrittenAsMesosReadsThem(_ duration: Duration, _ text: String) {
        #expect(MesosDuration.text(duration) == text)
    }

    @Test func aSecondSubscriptionClosesTheFirstStream() async throws {
        let trial = try await AgentTrial()
        let first = try await trial.launched()
        let second = try await trial.subscribe { $0.unacknowledgedTasks = [trial.known("t")] }
        try await first.end()
        #expect(try await second.next().type == .subscribed)
        #expect(try await trial.update(.taskRunning, uuid: 1) == 202)
        #expect(try await second.next().type == .acknowledged)
        #expect(first.rest.isEmpty)
    }

    @Test func whatItDoesNotKnowOfGotLost() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        _ = try await trial.subscribe()
        let end = try await trial.end()
        #expect(end.state == .taskDropped && end.reason == .agentRestarted && end.source == .agent)
    }

    @Test func whatItKnowsOfGoesOn() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        _ = try await trial.subscribe { $0.unacknowledgedTasks = [trial.known("t")] }
        #expect(await trial.tasks.task("t")?.state == .taskStaging)
    }

    @Test func unacknowledgedUpdatesAreTakenAndAcknowledged() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched()
        try await trial.update(.taskStarting, uuid: 1)
        let events = try await trial.subscribe {
            $0.unacknowledgedUpdates = [(Mesos_V1_TaskState.taskStarting, 1), (.taskRunning, 2)].map { state, uuid in
                .with { $0.status = .sample(state, "t", UInt8(uuid)) }
            }
        }
        #expect(try await events.next().type == .subscribed)
        #expect(try await [events.next(), events.next()].map(\.acknowledged.uuid.first) == [1, 2])
        #expect(await trial.tasks.task("t")?.statuses.map(\.state) == [.taskStarting, .taskRunning])
    }

    @Test func tasksOfAGroupComeTogether() async throws {
        let trial = try await AgentTrial()
        let group = Mesos_V1_TaskGroupInfo.with { $0.tasks = [.sample("a"), .sample("b")] }
        try await trial.tasks.submit(
            group,
            executor: .with {
                $0.executorID.value = "e"
                $0.type = .default
            })
        try await trial.running("e")
        let events = try await trial.subscribe("e")
        _ = try await events.next()
        let launch = try await events.next()
        #expect(launch.type == .launchGroup)
        #expect(launch.launchGroup.taskGroup.tasks.map(\.taskID.value) == ["a", "b"])
        let resources = try await trial.container(of: "e").resources
        #expect(resources.cpus.thousandths == 1000 && resources.memory == .mebibytes(256))
    }

    /// The container grows before the task comes.
    @Test func aFurtherTaskComesAfterItsResources() async throws {
        let trial = try await AgentTrial()
        let events = try await trial.launched(.sample("one", executor: "e"))
        try await trial.tasks.submit(.sample("two", executor: "e"))
        let launch = try await events.next()
        #expect(launch.launch.task.taskID.value == "two")
        let container = try await trial.container(of: "e").id
        let record = await trial.executors.containerizer.list().first { $0.id == container }
        #expect(record?.resources.memory == .mebibytes(256))
        // And shrinks when it has ended.
        try await trial.update(.taskFinished, of: "two", by: "e")
        try await eventually("the container to shrink", within: .seconds(20)) {
            await trial.executors.containerizer.list().first { $0.id == container }?.resources.memory
                == .mebibytes(128) ? true : nil
        }
    }

    @Test func anExecutorThatRunsIsNotReplacedByAnother() async throws {
        let trial = try await AgentTrial()
        _ = try await trial.launched(.sample("one", executor: "e"))
        var other = Mesos_V1_TaskInfo.sample("two", executor: "e")
        other.executor.command.value = "something else"
        let error = await #expect(throws: BulkheadError.self) { try await trial.tasks.submit(other) }
        #expect(error?.reason == .badOption)
        #expect(await trial.tasks.task("two") == nil)
    }

    @Test func anExecutorWithNothingToDoIsDismissed() async throws {
        let trial = try await AgentTrial { $0.shutdownGrace = .seconds(60) }
        try await trial.tasks.submit(.sample("one", executor: "e"))
        try await trial.running("e")
        // Its container is on the way down from here on; the stream says so.
        try await trial.tasks.kill("one")
        let events = try await trial.subscribe("e")
        #expect(try await events.next().type == .shutdown)
        try await events.end()
    }

    @Test func tasksWaitForAnExecutorThatIsNotConnected() async throws {
        let trial = try await AgentTrial()
        let first = try await trial.launched(.sample("one", executor: "e"))
        try await trial.update(.taskRunning, of: "one", by: "e")
        first.leave()
        // The first event into the closed stream tells of it.
        try await eventually("the stream to be known as closed", within: .seconds(20)) {
            try await trial.update(.taskRunning, of: "one", by: "e")
            return await trial.executors.snapshot().executors.first?.isConnected == false ? true : nil
        }
        try await trial.tasks.submit(.sample("two", executor: "e"))
        let second = try await trial.subscribe("e")
        #expect(try await second.next().type == .subscribed)
        #expect(try await second.next().launch.task.taskID.value == "two")
    }

    @Test func heartbeatsComeByThemselves() async throws {
        let trial = try await AgentTrial { $0.heartbeat = .milliseconds(50) }
        let events = try await trial.launched()
        #expect(try await events.next().type == .heartbeat)
        #expect(try await events.next().type == .heartbeat)
    }
}

extension AgentTrial {
    func known(_ task: String) -> Mesos_V1_TaskInfo {
        .with {
            $0.name = task
            $0.taskID.value = task
            $0.agentID = executors.agent.id
        }
    }
}

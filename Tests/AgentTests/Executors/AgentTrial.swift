import Foundation
import Isolation
import IsolationTestSupport
import Logging
import Mesos
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import Agent

/// One agent over fakes, with a store on a real disk; it can be killed and started again.
final class AgentTrial: Sendable {
    let household: FakeHousehold
    let directory = TemporaryDirectory()
    let options: ExecutorOptions
    let isAuthenticating: Bool
    private let now = Mutex<Executors?>(nil)

    init(isolators: Int = 0, isAuthenticating: Bool = false, change: (inout ExecutorOptions) -> Void = { _ in }) async throws {
        var options = ExecutorOptions(agent: .with { $0.hostname = "host" })
        options.shutdownGrace = .milliseconds(200)
        options.killPatience = .milliseconds(200)
        options.reregistrationTimeout = .seconds(30)
        change(&options)
        self.options = options
        self.isAuthenticating = isAuthenticating
        household = FakeHousehold(isolators: isolators)
        try await start()
    }

    /// Begins a process of the agent's.
    func start(recovering: Bool = true) async throws {
        let store = try AgentStore(path: directory.path + "/agent.sqlite")
        let secret = isAuthenticating ? try ExecutorSecret(path: directory.path + "/executor-secret") : nil
        var log = Logger(label: "test")
        log.logLevel = .critical
        let executors = Executors(
            containerizer: try household.containerizer(), store: store, place: FakePlace(), secret: secret,
            options: options, log: log)
        now.withLock { $0 = executors }
        if recovering { _ = try await executors.recover() }
    }

    /// The agent is killed, whatever it does, and begins anew.
    func restart(recovering: Bool = true) async throws {
        await kill()
        try await start(recovering: recovering)
    }

    func kill() async {
        household.kill()
        await executors.stop()
    }

    var executors: Executors {
        guard let executors = now.withLock({ $0 }) else { preconditionFailure("the trial has not begun") }
        return executors
    }

    var tasks: TaskService { TaskService(executors) }
    var endpoint: ExecutorEndpoint { ExecutorEndpoint(executors) }
    var framework: String { executors.local.id.value }

    func answer(
        _ body: [UInt8], method: String = "POST", headers: [(String, String)] = [("Content-Type", "application/json")],
        peer: String? = nil
    ) async -> HTTPAnswer {
        await endpoint.answer(
            HTTPCall(
                method: method, path: "/api/v1/executor", headers: HTTPHeaders(headers), body: HTTPBody(body), peer: peer))
    }

    func send(_ call: Mesos_V1_Executor_Call, token: String? = nil) async throws -> HTTPAnswer {
        var headers = [("Content-Type", "application/json")]
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        return await answer(try MesosJSON.encode(call), headers: headers)
    }

    func call(
        _ type: Mesos_V1_Executor_Call.TypeEnum, _ executor: String = "t",
        _ change: (inout Mesos_V1_Executor_Call) -> Void = { _ in }
    ) -> Mesos_V1_Executor_Call {
        .with {
            $0.executorID.value = executor
            $0.frameworkID.value = framework
            $0.type = type
            if type == .subscribe { $0.subscribe = .init() }
            change(&$0)
        }
    }

    /// Subscribes and begins to read.
    func subscribe(
        _ executor: String = "t", token: String? = nil,
        _ change: (inout Mesos_V1_Executor_Call.Subscribe) -> Void = { _ in }
    ) async throws -> EventReader {
        let answer = try await send(call(.subscribe, executor) { change(&$0.subscribe) }, token: token)
        #expect(answer.status == 200)
        return try EventReader(answer)
    }

    @discardableResult
    func update(
        _ state: Mesos_V1_TaskState, of task: String = "t", by executor: String = "t",
        uuid: UInt8 = .random(in: 0...255),
        token: String? = nil
    ) async throws -> Int {
        let call = call(.update, executor) { $0.update.status = .sample(state, task, uuid) }
        return try await send(call, token: token).status
    }

    /// The container of an executor that runs.
    func container(of executor: String = "t") async throws -> ContainerConfig {
        let snapshot = await executors.snapshot()
        let found = try #require(snapshot.executors.last { $0.info.executorID.value == executor })
        return try await eventually("container of \(executor)", within: .seconds(20)) {
            await executors.containerizer.list().first { $0.id == found.container }?.config
        }
    }

    func token(of executor: String = "t") async throws -> String {
        let config = try await container(of: executor)
        return try #require(
            config.command.environment.first { $0.name == "MESOS_EXECUTOR_AUTHENTICATION_TOKEN" }?.value)
    }

    /// The machine of an executor's container.
    func machine(of executor: String = "t") async throws -> UUID {
        let config = try await container(of: executor)
        return try await eventually("machine of \(executor)", within: .seconds(20)) {
            household.host.all.first { $0.name == config.id.description }?.id
        }
    }

    /// Waits until the executor's command runs.
    func running(_ executor: String = "t") async throws {
        let id = try await container(of: executor).id
        try await eventually("\(executor) to run", within: .seconds(20)) {
            await executors.containerizer.list().first { $0.id == id }?.life.state == .running ? true : nil
        }
    }

    /// A task that was sent to its executor.
    func launched(_ task: Mesos_V1_TaskInfo = .sample()) async throws -> EventReader {
        try await tasks.submit(task)
        let executor = task.hasExecutor ? task.executor.executorID.value : task.taskID.value
        try await running(executor)
        let events = try await subscribe(executor)
        #expect(try await events.next().type == .subscribed)
        #expect(try await events.next().type == .launch)
        return events
    }

    func end(of task: String = "t") async throws -> Mesos_V1_TaskStatus {
        let tasks = tasks
        let late = BulkheadError(.notRunning, "task \(task)", "it did not end in time", remedy: "see the test")
        return try #require(
            try await within(.seconds(30), otherwise: { late }) { await tasks.wait(task) })
    }
}

struct FakePlace: ExecutorPlace {
    let endpoint = "10.0.0.1:5051"
    let program = ExecutorProgram(arguments: ["sleep"])
    func sandbox(of container: Isolation.ContainerID) -> String { "/sandbox" }
    func image(for container: Mesos_V1_ContainerInfo?) throws(BulkheadError) -> String { "an image" }
}

extension Mesos_V1_TaskInfo {
    static func sample(_ id: String = "t", executor: String? = nil) -> Mesos_V1_TaskInfo {
        .with {
            $0.taskID.value = id
            $0.resources = [.scalar("cpus", 0.5), .scalar("mem", 128)]
            guard let executor else {
                $0.command.value = "true"
                return
            }
            $0.executor.executorID.value = executor
            $0.executor.command.value = "sleep"
        }
    }
}

extension Mesos_V1_Resource {
    static func scalar(_ name: String, _ value: Double) -> Mesos_V1_Resource {
        .with {
            $0.name = name
            $0.type = .scalar
            $0.scalar.value = value
        }
    }
}

extension Mesos_V1_TaskStatus {
    static func sample(_ state: Mesos_V1_TaskState, _ task: String, _ uuid: UInt8) -> Mesos_V1_TaskStatus {
        .with {
            $0.taskID.value = task
            $0.state = state
            $0.source = .executor
            $0.uuid = Data(repeating: uuid, count: 16)
        }
    }
}

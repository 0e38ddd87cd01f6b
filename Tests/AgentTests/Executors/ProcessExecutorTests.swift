import Foundation
import HostIsolation
import Isolation
import IsolationTestSupport
import Logging
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

/// An executor that is a real process, over a real connection: thirty lines that know nothing of us.
struct ProcessExecutorTests {
    private static let executor = """
        import http.client, json, os, uuid, base64, time
        agent, ids = os.environ["MESOS_AGENT_ENDPOINT"], {
            "executor_id": {"value": os.environ["MESOS_EXECUTOR_ID"]},
            "framework_id": {"value": os.environ["MESOS_FRAMEWORK_ID"]}}
        headers = {"Content-Type": "application/json", "Accept": "application/json",
            "Authorization": "Bearer " + os.environ["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"]}
        def post(call):
            connection = http.client.HTTPConnection(agent)
            connection.request("POST", "/api/v1/executor", json.dumps(dict(call, **ids)), headers)
            return connection, connection.getresponse()
        stream, answer = post({"type": "SUBSCRIBE", "subscribe": {}})
        assert answer.status == 200, answer.status
        def update(task, state):
            status = {"task_id": task, "state": state, "source": "SOURCE_EXECUTOR", "timestamp": int(time.time()),
                "uuid": base64.b64encode(uuid.uuid4().bytes).decode()}
            assert post({"type": "UPDATE", "update": {"status": status}})[1].status == 202
        while True:
            event = json.loads(answer.read(int(answer.readline())))
            print(event["type"], flush=True)
            if event["type"] == "LAUNCH":
                task = event["launch"]["task"]["task_id"]
                update(task, "TASK_RUNNING")
            elif event["type"] == "KILL": update(task, "TASK_KILLED")
            elif event["type"] == "SHUTDOWN": break
        """

    /// The agent's own, where it was built.
    private static let own = ProcessInfo.processInfo.environment["BULKHEAD_EXECUTOR"]

    private struct Place: ExecutorPlace {
        let endpoint: String
        let places: StateDirectory
        let program = ExecutorProgram(arguments: [ProcessExecutorTests.own ?? "false"])
        func sandbox(of container: Isolation.ContainerID) -> String { places.sandbox(container) }
        func image(for container: Mesos_V1_ContainerInfo?) throws(BulkheadError) -> String { "" }
    }

    private struct Host {
        let executors: Executors
        let directory: TemporaryDirectory
        let places: StateDirectory
        var tasks: TaskService { TaskService(executors) }

        func output(of executor: String) async throws -> String {
            let snapshot = await executors.snapshot()
            let found = try #require(snapshot.executors.first { $0.info.executorID.value == executor })
            let said = FileManager.default.contents(atPath: places.sandbox(found.container) + "/stdout") ?? Data()
            return String(decoding: said, as: UTF8.self)
        }

        func ended(_ executor: String) async throws {
            try await eventually("the end of \(executor)", within: .seconds(30)) {
                let all = await executors.snapshot().executors
                return all.first { $0.info.executorID.value == executor }?.state == .terminated ? true : nil
            }
        }
    }

    private func hosted(_ body: (Host) async throws -> Void) async throws {
        let directory = TemporaryDirectory()
        let places = try StateDirectory(root: directory.path + "/state", cache: directory.path + "/cache")
        let memory = MemoryStore(disk: MemoryDisk())
        let capacity = HostCapacity(processors: 64, memory: .mebibytes(1 << 20), disk: .mebibytes(1 << 20))
        let containerizer = try Containerizer(
            launcher: ProcessLauncher(places: places, owner: memory.owner), isolators: [],
            provisioner: FakeProvisioner(), store: memory, places: places,
            options: .init(bootID: "a boot") { capacity })
        let relay = Relay()
        try await served(["/api/v1/executor": relay]) { port in
            let executors = Executors(
                containerizer: containerizer, store: try AgentStore(path: directory.path + "/agent.sqlite"),
                place: Place(endpoint: "127.0.0.1:\(port)", places: places),
                secret: try ExecutorSecret(path: directory.path + "/secret"),
                options: ExecutorOptions(agent: .with { $0.hostname = "host" }))
            _ = try await executors.recover()
            relay.handler.fulfil(.success(ExecutorEndpoint(executors)))
            try await body(Host(executors: executors, directory: directory, places: places))
            await executors.stop()
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "no python3"))
    func aTaskRunsAndIsKilled() async throws {
        try await hosted { host in
            var task = Mesos_V1_TaskInfo.sample("t", executor: "python")
            let script = try host.directory.file("executor.py", Array(Self.executor.utf8))
            task.executor.command = .with {
                $0.shell = false
                $0.value = "/usr/bin/python3"
                $0.arguments = ["python3", script]
            }
            try await host.tasks.submit(task)
            var updates = try #require(await host.tasks.updates(of: "t")).makeAsyncIterator()
            let running = try #require(await updates.next())
            #expect(running.state == .taskRunning, "\(running)")
            #expect(running.containerStatus.networkInfos.first?.ipAddresses.first?.ipAddress == "127.0.0.1")
            try await host.tasks.kill("t")
            #expect(await updates.next()?.state == .taskKilled)
            try await host.tasks.shutDown(executor: "python")
            try await host.ended("python")
            let lines = try await host.output(of: "python").split(separator: "\n").filter { $0 != "ACKNOWLEDGED" }
            #expect(lines == ["SUBSCRIBED", "LAUNCH", "KILL", "SHUTDOWN"])
        }
    }

    @Test(.enabled(if: own != nil, "BULKHEAD_EXECUTOR names no bulkhead-executor"))
    func commandTasksRunInOurOwn() async throws {
        try await hosted { host in
            for (id, script, state) in [
                ("good", "echo said; echo $COLOUR", Mesos_V1_TaskState.taskFinished), ("bad", "exit 7", .taskFailed),
            ] {
                var task = Mesos_V1_TaskInfo.sample(id)
                task.command.value = script
                task.command.environment.variables = [.with { ($0.name, $0.value) = ("COLOUR", "blue") }]
                try await host.tasks.submit(task)
                let updates = try #require(await host.tasks.updates(of: id))
                var states: [Mesos_V1_TaskState] = []
                for await status in updates { states.append(status.state) }
                #expect(states == [.taskStarting, .taskRunning, state])
                try await host.ended(id)
            }
            let said = try await host.output(of: "good")
            #expect(said.contains("said\nblue\n"))
            var long = Mesos_V1_TaskInfo.sample("long")
            long.command.value = "sleep 1000"
            try await host.tasks.submit(long)
            var updates = try #require(await host.tasks.updates(of: "long")).makeAsyncIterator()
            #expect(await updates.next()?.state == .taskStarting)
            #expect(await updates.next()?.state == .taskRunning)
            try await host.tasks.kill("long")
            var last: Mesos_V1_TaskState?
            while let status = await updates.next() { last = status.state }
            #expect(last == .taskKilled)
            try await host.ended("long")
        }
    }
}

/// Hands on what comes when there is somebody to hand it to: the address is known before.
private final class Relay: HTTPHandler {
    let handler = Once<any HTTPHandler>()
    func answer(_ call: HTTPCall) async -> HTTPAnswer {
        guard let handler = try? await handler.value() else { return HTTPAnswer(status: 503) }
        return await handler.answer(call)
    }
}

import GRDB
import Isolation
import IsolationTestSupport
import Mesos
import SwiftProtobuf
import Synchronization
import TestSupport
import Testing

@testable import Agent

@Suite struct OptionTests {
    @Test(arguments: [
        ("5secs", Duration.seconds(5)), ("15mins", .seconds(900)), ("1.5mins", .seconds(90)), ("0ns", .zero),
        ("250ms", .milliseconds(250)), ("7us", .microseconds(7)), ("2hrs", .seconds(7200)), ("1days", .seconds(86400)),
        ("1weeks", .seconds(604800)),
    ])
    func durationsAreRead(_ text: String, _ duration: Duration) throws {
        #expect(MesosDuration.read(text) == duration)
        #expect(MesosDuration.read(MesosDuration.text(duration)) == duration)
    }

    @Test(arguments: [
        "", "5", "secs", "-1secs", "1 secs", "1sec", "1.2.3secs", "1e3secs", "nansecs", "99999weeks", "１secs",
    ])
    func whatIsNoDurationIsNotRead(_ text: String) { #expect(MesosDuration.read(text) == nil) }

    @Test func everyExecutorGetsTheOperatorsVariablesAndItsOwnWin() async throws {
        let trial = try await AgentTrial {
            $0.environment = [
                .init(name: "SITE", value: "here"), .init(name: "OWN", value: "operator"),
                .init(name: "MESOS_EXECUTOR_ID", value: "forged"),
            ]
        }
        var task = Mesos_V1_TaskInfo.sample("t", executor: "e")
        task.executor.command.environment.variables = [.with { ($0.name, $0.value) = ("OWN", "executor") }]
        try await trial.tasks.submit(task)
        let variables = try await trial.container(of: "e").command.environment
        func value(_ name: String) -> [String] { variables.filter { $0.name == name }.map(\.value) }
        #expect(value("SITE") == ["here"] && value("OWN") == ["executor"] && value("MESOS_EXECUTOR_ID") == ["e"])
    }

    @Test func whatBringsNoContainerGetsTheOperators() async throws {
        let place = NotingPlace()
        let trial = try await AgentTrial()
        await trial.kill()
        var options = trial.options
        options.defaultContainer = Self.container("default")
        let store = try AgentStore(path: trial.directory.path + "/agent.sqlite")
        let executors = Executors(
            containerizer: try trial.household.containerizer(), store: store, place: place, secret: nil,
            options: options)
        _ = try await executors.recover()
        let tasks = TaskService(executors)
        try await tasks.submit(.sample("a"))
        var own = Mesos_V1_TaskInfo.sample("b")
        own.container = Self.container("own")
        try await tasks.submit(own)
        try await tasks.submit(.sample("c", executor: "e"))
        #expect(place.images.withLock { $0 } == ["default", "own", "default"])
        await executors.stop()
    }

    private static func container(_ image: String) -> Mesos_V1_ContainerInfo {
        .with {
            $0.type = .mesos
            $0.mesos.image.type = .docker
            $0.mesos.image.docker.name = image
        }
    }

    @Test func aRecordThatCannotBeReadEndsTheStartUnlessToldOtherwise() async throws {
        for isStrict in [true, false] {
            let trial = try await AgentTrial { $0.isStrict = isStrict }
            for name in ["good", "bad"] { try await trial.tasks.submit(.sample(name)) }
            await trial.kill()
            let store = try AgentStore(path: trial.directory.path + "/agent.sqlite")
            try store.write { try $0.execute(sql: "UPDATE task SET state = 99 WHERE id = 'bad'") }
            if isStrict {
                await #expect(throws: BulkheadError.self) { try await trial.start() }
            } else {
                try await trial.start()
                #expect(await trial.tasks.task("good") != nil)
                #expect(await trial.tasks.task("bad") == nil)
            }
        }
    }
}

/// Notes which images are asked for.
private final class NotingPlace: ExecutorPlace {
    let images = Mutex<[String?]>([])
    let endpoint = "10.0.0.1:5051"
    let program = ExecutorProgram(arguments: ["sleep"])

    func sandbox(of container: Isolation.ContainerID) -> String { "/sandbox" }

    func image(for container: Mesos_V1_ContainerInfo?) throws(BulkheadError) -> String {
        images.withLock { $0.append(container?.mesos.image.docker.name) }
        return "an image"
    }
}

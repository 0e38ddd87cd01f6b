import Foundation
import Glibc
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

/// What anybody may send to the agent's port, beside a real master and a task that runs. Nothing of it ends the agent
/// or the task, and whatever the agent then tells the master does not end that.
@Suite(.enabled(RealMaster.why) { RealMaster.isThere })
struct HostilePortTests {
    /// Bytes that are no message, or no whole one.
    @Test(.timeLimit(.minutes(3))) func whatIsNoMessageIsRefused() async throws {
        let scene = try await Scene()
        let head = "POST /slave(1)/mesos.internal.ShutdownMessage HTTP/1.1\r\nLibprocess-From: \(scene.master)\r\n"
        let broken = [
            "\0\u{1}\u{2}\r\n\r\n", "POST", head, head + "Content-Length: 900\r\n\r\nx",
            head + "Content-Length: -1\r\n\r\n",
            head + "Content-Length: 99999999999999999999\r\n\r\n", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
            head + "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
            "POST /slave(1)/ HTTP/1.1\r\nLibprocess-From: \(scene.master)\r\nContent-Length: 0\r\n\r\n",
            "POST /slave(%zz/x HTTP/1.1\r\nLibprocess-From: \(scene.master)\r\nContent-Length: 0\r\n\r\n",
            "POST / HTTP/1.1\r\nUser-Agent: libprocess/\r\nContent-Length: 0\r\n\r\n",
            head.replacing(scene.master, with: "nobody") + "Content-Length: 0\r\n\r\n",
            head.replacing("slave(1)", with: "slave(2)") + "Content-Length: 0\r\n\r\n",
        ]
        for text in broken { try RawSocket.send(Array(text.utf8), to: scene.trial.port) }
        // A thousand in one go, each answered.
        let one = head.replacing("Shutdown", with: "Unknown") + "Content-Length: 0\r\n"
        let many = String(repeating: one + "\r\n", count: 999) + one + "Connection: close\r\n\r\n"
        let answers = try RawSocket.send(Array(many.utf8), to: scene.trial.port, isAnswered: true)
        #expect(answers.components(separatedBy: "HTTP/1.1 202 ").count == 1001, "\(answers.suffix(500))")
        try await scene.end()
    }

    /// The master's words from another address, another port, another process; and its own, cut short.
    @Test(.timeLimit(.minutes(3))) func whoIsNotTheMasterIsNotObeyed() async throws {
        let scene = try await Scene()
        let end = Mesos_Internal_ShutdownMessage()
        try await scene.agent.hear(end, as: scene.master, from: "127.0.0.2")
        try await scene.agent.hear(end, as: "master@127.0.0.2:\(scene.trial.master.port)", from: "127.0.0.2")
        try await scene.agent.hear(end, as: "master@127.0.0.1:\(scene.trial.master.port + 1)")
        try await scene.agent.hear(end, as: "scheduler@\(scene.trial.master.address)")
        try await scene.agent.hear(end, as: "@0.0.0.0:0")
        let kill = Mesos_Internal_KillTaskMessage.with {
            $0.frameworkID.value = scene.framework
            $0.taskID.value = "task"
        }
        try await scene.agent.hear(kill, as: "scheduler@\(scene.trial.master.address)")
        try await scene.agent.hear(
            "KillTaskMessage", Array(try (kill.serializedBytes() as [UInt8]).dropLast(2)), as: scene.master)
        try await scene.agent.hear("KillTaskMessage", [], as: scene.master)
        try await scene.agent.hear("ShutdownMessage", [0xFF, 0xFF], as: scene.master)
        try await scene.end()
    }

    /// Tasks that no master would send, as if from the master: each is refused, and the master hears nothing that ends
    /// it; neither does a new one when the agent comes back and tells all it has.
    @Test(.timeLimit(.minutes(3))) func tasksThatCannotBeAreRefused() async throws {
        let scene = try await Scene()
        func run(_ id: String, cpus: Double = 0.1, _ change: (inout Mesos_Internal_RunTaskMessage) -> Void = { _ in })
            async throws
        {
            try await scene.agent.hear(scene.order(id, cpus: cpus, change), as: scene.master)
        }
        // Its id is used: the one that runs is not touched.
        try await run("task") { $0.task.command.value = "touch ../../stolen" }
        for (id, cpus) in [("negative", -1), ("endless", Double.infinity), ("none", .nan), ("huge", 1e300)] {
            try await run(id, cpus: cpus)
        }
        try await run("../up")
        try await run("")
        try await run("ours") { $0.framework.id.value = "" }
        try await run("elsewhere") { $0.task.agentID.value = "another" }
        try await run("undone") { $0.task.clearCommand() }
        try await run("reserved") {
            $0.task.resources[0].reservations = [.with { ($0.type, $0.role) = (.dynamic, "test") }]
        }
        let reserved = try await scene.scheduler.await("TASK_DROPPED", of: "reserved")
        #expect(reserved.reason == "REASON_RESOURCES_UNKNOWN")
        for id in ["negative", "endless", "none", "huge"] { try await scene.scheduler.await("TASK_ERROR", of: id) }

        // One id twice in one group, and an executor that is there twice.
        let group = Mesos_Internal_RunTaskGroupMessage.with {
            let order = scene.order("twin", cpus: 0.1)
            $0.framework = order.framework
            $0.executor.executorID.value = "twins"
            $0.executor.frameworkID.value = scene.framework
            $0.executor.type = .default
            $0.taskGroup.tasks = [order.task, order.task]
            $0.launchExecutor = true
        }
        for _ in 0..<2 { try await scene.agent.hear(group, as: scene.master) }
        try await scene.agent.hear(
            Mesos_Internal_RunTaskGroupMessage.with {
                $0.framework = group.framework
                $0.executor = group.executor
            }, as: scene.master)
        try await scene.restart()
        try await scene.end()
    }

    /// A framework that the master does not know, with a task that runs: a new one hears of both from the agent.
    @Test(.timeLimit(.minutes(3))) func aFrameworkThatNobodyKnowsDoesNoHarm() async throws {
        let scene = try await Scene()
        try await scene.agent.hear(
            scene.order("stray", cpus: 0.1) {
                $0.framework.id.value = "stranger"
                $0.task.command.value = "exec sleep 600"
            }, as: scene.master)
        try await scene.agent.hear(
            scene.order("bare", cpus: 0.1) {
                $0.framework.id.value = "roleless"
                $0.framework.roles = []
                $0.task.resources[0].clearAllocationInfo()
                $0.task.command.value = "exec sleep 600"
            }, as: scene.master)
        try await scene.agent.program.awaitError("executor.id=bare", within: .seconds(20))
        for framework in ["stranger", "nobody", ""] {
            try await scene.agent.hear(
                Mesos_Internal_KillTaskMessage.with {
                    $0.frameworkID.value = framework
                    $0.taskID.value = "nothing"
                }, as: scene.master)
            try await scene.agent.hear(
                Mesos_Internal_StatusUpdateAcknowledgementMessage.with {
                    $0.slaveID.value = scene.id
                    $0.frameworkID.value = framework
                    $0.taskID.value = "stray"
                    $0.uuid = Data([1, 2, 3])
                }, as: scene.master)
        }
        try await scene.agent.hear(
            Mesos_Internal_ShutdownFrameworkMessage.with { $0.frameworkID.value = "nobody" }, as: scene.master)
        try await scene.agent.hear(Mesos_Internal_ShutdownExecutorMessage(), as: scene.master)
        try await scene.restart()
        try await scene.end()
    }

    /// Of all that it may say of a framework and its tasks, what makes no sense, or comes again.
    @Test(.timeLimit(.minutes(3))) func wordsThatMakeNoSenseAreLeftAside() async throws {
        let scene = try await Scene()
        let agent = scene.agent
        for value in [Double.infinity, -5, 1e300] {
            try await agent.hear(
                Mesos_Internal_CheckpointResourcesMessage.with {
                    $0.resources = [
                        .with {
                            ($0.name, $0.type, $0.scalar.value) = ("disk", .scalar, value)
                            $0.reservations = [.with { ($0.type, $0.role) = (.dynamic, "test") }]
                        }
                    ]
                }, as: scene.master)
        }
        try await agent.hear(
            Mesos_Internal_CheckpointResourcesMessage.with {
                $0.resources = [
                    .with {
                        ($0.name, $0.type, $0.scalar.value) = ("disk", .scalar, 1)
                        $0.reservations = [.with { ($0.type, $0.role) = (.dynamic, "..") }]
                        $0.disk.persistence.id = ".."
                        $0.disk.volume.containerPath = "data"
                    }
                ]
            }, as: scene.master)
        // What the master would ask for after a registration of the agent.
        let reconciliation = Mesos_Internal_SlaveReregisteredMessage.with {
            $0.slaveID.value = scene.id
            $0.reconciliations = [
                .with {
                    $0.frameworkID.value = scene.framework
                    $0.framework = scene.order("", cpus: 0).framework
                    $0.statuses = ["task", "never"].map { id in
                        .with { ($0.taskID.value, $0.state) = (id, .taskRunning) }
                    }
                }
            ]
        }
        for _ in 0..<2 { try await agent.hear(reconciliation, as: scene.master) }
        try await scene.scheduler.await("TASK_DROPPED", of: "never")
        try await agent.hear(
            Mesos_Internal_UpdateFrameworkMessage.with {
                $0.frameworkID.value = scene.framework
                $0.pid = "nonsense"
            }, as: scene.master)
        try await agent.hear(
            Mesos_Internal_FrameworkToExecutorMessage.with {
                $0.slaveID.value = scene.id
                $0.frameworkID.value = scene.framework
                $0.executorID.value = "task"
                $0.data = Data(repeating: 0, count: 1 << 20)
            }, as: scene.master)
        try await agent.hear("SlaveRegisteredMessage", [], as: scene.master)
        try await scene.end(graceOfKill: .max)
    }
}

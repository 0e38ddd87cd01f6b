import Foundation
import Glibc
import TestSupport
import Testing

/// Two real masters, of which the one leads that a real ZooKeeper names.
@Suite(
    .enabled("no Mesos 1.11 or no ZooKeeper: bin/test brings both") { RealMaster.isThere && ZooKeeperServer.isThere })
struct FailoverTests {
    /// As a master writes it that stands for election.
    private func contend(_ master: RealMaster, _ zookeeper: ZooKeeperServer) async throws {
        let info: [String: Any] = [
            "id": "\(master.port)", "ip": 16_777_343, "port": master.port, "pid": "master@\(master.address)",
            "address": ["ip": "127.0.0.1", "port": master.port],
        ]
        let json = try JSONSerialization.data(withJSONObject: info)
        try await zookeeper.create("/mesos/json.info_", String(decoding: json, as: UTF8.self), isNumbered: true)
    }

    private func registrations(_ agent: RunningAgent) -> Int {
        agent.program.errorText.components(separatedBy: " registered").count - 1
    }

    /// A task runs while its master is killed, and while nobody can say who leads.
    @Test(.timeLimit(.minutes(6))) func anAgentFollowsTheLeader() async throws {
        let zookeeper = try await ZooKeeperServer()
        let (first, second) = (try await RealMaster(), try await RealMaster())
        try await zookeeper.create("/mesos", "x")
        for master in [first, second] { try await contend(master, zookeeper) }
        let trial = try MasterTrial(first, at: "zk://127.0.0.1:\(zookeeper.port)/mesos")
        let agent = try await trial.start(["--zk_session_timeout=2secs"])
        let scheduler = try await SchedulerDriver(first, second)
        try scheduler.run("task", "echo $$ >pid; exec sleep 600")
        let process = try await trial.process(try await scheduler.await("TASK_RUNNING", of: "task").container)
        let id = try #require(try await first.agent()["id"] as? String)
        #expect(try await second.agents().isEmpty)

        try await first.kill()
        try await zookeeper.delete("/mesos/json.info_0000000000")
        #expect(try await second.agent("the agent at the other master")["id"] as? String == id)
        try scheduler.run("next", "true")
        try await scheduler.await("TASK_FINISHED", of: "next")
        #expect(isRunning(process))

        let before = registrations(agent)
        try await zookeeper.kill()
        try await agent.program.awaitError("master=none", within: .seconds(60))
        let back = try await ZooKeeperServer(after: zookeeper)
        defer { withExtendedLifetime(back) {} }
        try await eventually("a registration with the same master", within: .seconds(60)) {
            registrations(agent) > before ? true : nil
        }
        #expect(try await second.agent()["id"] as? String == id)
        #expect(isRunning(process))
        try scheduler.kill("task")
        try await scheduler.await("TASK_KILLED", of: "task")
        try scheduler.check("task", ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLED"])
        try scheduler.check(allowsRepeating: true)
        #expect(try await second.isWell())
    }
}

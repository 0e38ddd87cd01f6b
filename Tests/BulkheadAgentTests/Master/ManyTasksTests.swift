import Foundation
import Glibc
import TestSupport
import Testing

/// More tasks than anybody looks after by hand.
@Suite(.serialized, .enabled(RealMaster.why) { RealMaster.isThere })
struct ManyTasksTests {
    /// Waits until the agent has told this of so many tasks.
    private func updates(_ state: String, of count: Int, _ scheduler: SchedulerDriver) async throws {
        let end = ContinuousClock.now + .seconds(400)
        var told: Set<String> = []
        while told.count < count, ContinuousClock.now < end {
            try await Task.sleep(for: .seconds(1))
            told = Set(try scheduler.updates().filter { $0.state == state && $0.uuid != nil }.map(\.task))
        }
    }

    /// Twenty run at a time: the rest waits for the resources of those.
    @Test(.timeLimit(.minutes(8))) func ofAThousandTasksNoUpdateIsLostOrToldTwice() async throws {
        let trial = try await MasterTrial()
        _ = try await trial.start(["--max_completed_executors_per_framework=10"])
        let scheduler = try await SchedulerDriver(trial.master)
        let count = 1000
        let tasks = (1...count).map { number in
            SchedulerDriver.task(
                "task-\(number)",
                [
                    "command": ["value": "true"], "resources": SchedulerDriver.resources(cpus: 0.4, memory: 32),
                ])
        }
        try scheduler.send(["launch": tasks])
        try await updates("TASK_FINISHED", of: count, scheduler)
        // What comes too often comes late.
        try await Task.sleep(for: .seconds(1))
        try scheduler.check()
        try await checkEnd(of: count, trial, scheduler)
    }

    /// They wait for one lock, which is let go when all run: they end at once. More than a user has inotify instances for.
    @Test(.timeLimit(.minutes(8))) func twoHundredTasksRunAndEndAtATime() async throws {
        let count = 200
        let trial = try await MasterTrial(resources: "cpus:8;mem:8192;disk:8192")
        let agent = try await trial.start()
        let path = trial.trial.directory.path + "/lock"
        let lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        try #require(flock(lock, LOCK_EX) == 0)
        let scheduler = try await SchedulerDriver(trial.master)
        try scheduler.send([
            "launch": (1...count).map {
                SchedulerDriver.task(
                    "task-\($0)",
                    [
                        "command": ["value": "exec flock -s '\(path)' true"],
                        "resources": SchedulerDriver.resources(cpus: 0.02, memory: 32),
                    ])
            }
        ])
        try await updates("TASK_RUNNING", of: count, scheduler)
        let early = try scheduler.updates().filter(\.isTerminal)
        #expect(early.isEmpty, "\(early)")
        close(lock)
        try await updates("TASK_FINISHED", of: count, scheduler)
        try scheduler.check(allowsRepeating: true)
        try await checkEnd(of: count, trial, scheduler)
        try await eventually("the end of their containers", within: .seconds(60)) {
            try FileManager.default.contentsOfDirectory(atPath: trial.trial.work + "/containers").isEmpty ? true : nil
        }
        #expect(try await agent.get("/health").status == 200)
    }

    /// Each task has been told of in full, the master had an answer to its pings all the time, and nothing is in use.
    private func checkEnd(of count: Int, _ trial: MasterTrial, _ scheduler: SchedulerDriver) async throws {
        var seen: Set<String> = []
        let lost = try scheduler.updates().filter { $0.state == "TASK_UNREACHABLE" }
        #expect(lost.isEmpty, "\(lost.count) of \(count)")
        let updates = try scheduler.updates().filter { $0.uuid.map { seen.insert($0).inserted } ?? false }
        let states = Dictionary(grouping: updates, by: \.task).mapValues { $0.map(\.state) }
        #expect(states.count == count)
        let odd = states.filter { $0.value != ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"] }
        #expect(odd.isEmpty, "\(odd)")
        try await trial.master.agent("an agent without work") { agent in
            (agent["used_resources"] as? [String: Any])?["cpus"] as? Double == 0
        }
        #expect(try await trial.master.isWell())
    }
}

import Foundation
import Glibc
import TestSupport
import Testing

/// A framework's task in a guest of its own, through a real master.
@Suite(
    .enabled("BULKHEAD_TEST_URI names no libvirt daemon, or there is no Mesos 1.11; bin/test brings both") {
        ProcessInfo.processInfo.environment["BULKHEAD_TEST_URI"]?.isEmpty == false && RealMaster.isThere
    })
struct MasterGuestTests {
    private static let bootID = "cat /proc/sys/kernel/random/boot_id"

    private func isEmpty(_ directory: String) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty
    }

    /// The framework is told the guest's address; what the task wrote is in its sandbox. It asks for less memory than a
    /// guest boots with.
    @Test(.timeLimit(.minutes(5))) func aFrameworksTaskRunsInAGuestOfItsOwn() async throws {
        let trial = try await MasterTrial(isolation: "vm")
        let agent = try await trial.start()
        let scheduler = try await SchedulerDriver(trial.master)
        let resources = SchedulerDriver.resources(cpus: 0.5, memory: 64)
        let script = "ip -4 addr show; echo in $(hostname); echo left >result"
        try scheduler.run("task", script, more: ["resources": resources])
        let running = try await scheduler.await("TASK_RUNNING", of: "task", within: .seconds(240))
        let address = try #require(running.address)
        try await scheduler.await("TASK_FINISHED", of: "task")
        let output = try await eventually("the guest's output", within: .seconds(180)) {
            let text = trial.sandbox(running.container, "stdout")
            return text.contains("in ") ? text : nil
        }
        #expect(output.contains("inet \(address)/") && !address.hasPrefix("127."), "\(running): \(output)")
        #expect(output.contains("in \(running.container ?? "")\n"), "\(output)")
        try await eventually("what it left", within: .seconds(180)) {
            trial.sandbox(running.container, "files/result") == "left\n" ? true : nil
        }
        try scheduler.check("task", ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"])
        try scheduler.check()
        #expect(try await trial.kill(agent, with: SIGTERM) == 0)
        #expect(try await trial.master.isWell())
    }

    /// Each ends only because it sees what the other one wrote.
    @Test(.timeLimit(.minutes(5))) func aGroupSharesAGuestOfItsOwn() async throws {
        let trial = try await MasterTrial(isolation: "vm")
        _ = try await trial.start()
        let scheduler = try await SchedulerDriver(trial.master)
        func script(_ own: String, _ other: String) -> String {
            "\(Self.bootID) >\(own).new; mv \(own).new \(own); "
                + "until [ -e \(other) ]; do sleep 0.2; done; cmp left right"
        }
        try scheduler.group("pair", ["left": script("left", "right"), "right": script("right", "left")])
        let running = [
            try await scheduler.await("TASK_RUNNING", of: "left", within: .seconds(240)),
            try await scheduler.await("TASK_RUNNING", of: "right"),
        ]
        let (addresses, containers) = (Set(running.map(\.address)), Set(running.map(\.container)))
        #expect(addresses.count == 1 && containers.count == 1, "\(running)")
        #expect(running[0].address?.hasPrefix("127.") == false, "\(running)")
        for task in ["left", "right"] {
            try await scheduler.await("TASK_FINISHED", of: task)
            try scheduler.check(task, ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"])
        }
        try scheduler.check()
        try await eventually("the end of the group's guest", within: .seconds(60)) {
            try isEmpty(trial.trial.work + "/containers") ? true : nil
        }
        #expect(try await trial.master.isWell())
    }

    /// Its first update was told and not acknowledged when the agent died, all others come from the next one.
    @Test(.timeLimit(.minutes(5))) func aGuestsTaskOutlivesItsAgent() async throws {
        let trial = try await MasterTrial(isolation: "vm")
        let first = try await trial.start()
        let scheduler = try await SchedulerDriver(trial.master)
        try scheduler.send(["hold": true])
        let script = "\(Self.bootID); until [ -e go ]; do sleep 0.2; done; \(Self.bootID); exit 5"
        try scheduler.run("task", script)
        let starting = try await scheduler.await("TASK_STARTING", of: "task", within: .seconds(240))
        func boots() -> [Substring] { trial.sandbox(starting.container, "stdout").split(separator: "\n") }
        try await eventually("a command that runs", within: .seconds(60)) { boots().count == 1 ? true : nil }
        _ = try await trial.kill(first)

        let second = try await trial.start()
        let entered = try await trial.trial.bulkhead(
            second, ["exec", "task", "--", "touch", "/sandbox/go"], within: .seconds(120))
        #expect(entered.status == 0, "\(entered)")
        try scheduler.send(["hold": false])
        let running = try await scheduler.await("TASK_RUNNING", of: "task")
        let end = try await scheduler.await("TASK_FAILED", of: "task")
        #expect([running, end].allSatisfy { $0.container == starting.container }, "\(running) \(end)")
        #expect(running.address?.hasPrefix("127.") == false, "\(running)")
        try await eventually("its guest's end", within: .seconds(60)) {
            try isEmpty(trial.trial.work + "/containers") ? true : nil
        }
        #expect(boots().count == 2 && boots().first == boots().last, "the same guest: \(boots())")
        try scheduler.check("task", ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"])
        try scheduler.check(allowsRepeating: true)
        #expect(try await trial.master.isWell())
    }
}

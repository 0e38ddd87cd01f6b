import Foundation
import TestSupport
import Testing

/// Executors that others wrote, in guests with a system as distributions ship it. Such a guest boots for minutes where it is
/// emulated: one at a time, and with the patience that it needs beside others on a busy host.
@Suite(
    .serialized, .onLibvirt, .enabled(Pymesos.why) { Pymesos.isThere },
    .enabled("there is no image “debian”: bin/debian-image makes it") {
        FileManager.default.fileExists(atPath: "/var/cache/bulkhead/images/debian/manifest.json")
    })
struct DebianGuestTests {
    private static let flags = [
        "--no-authenticate_http_executors", "--executor_registration_timeout=20mins", "--budget_lease=300",
    ]
    private static let patience = Duration.seconds(1200)

    @Test(.timeLimit(.minutes(25))) func pymesosRunsWithoutAMaster() async throws {
        let trial = AgentTrial(isolation: "vm")
        try await PymesosTests.run(
            trial, on: try await trial.start(Self.flags), memory: 512, image: "debian", within: Self.patience)
    }

    @Test(.enabled(RealMaster.why) { RealMaster.isThere }, .timeLimit(.minutes(25)))
    func pymesosIsMessagedThroughAMaster() async throws {
        let trial = try await MasterTrial(isolation: "vm")
        _ = try await trial.start(Self.flags)
        let scheduler = try await SchedulerDriver(trial.master)
        let program = try String(contentsOfFile: Pymesos.executor, encoding: .utf8)
        let executor = try Pymesos.bringing(program, memory: 512, image: "debian")
        try scheduler.send(["launch": [SchedulerDriver.task("task", ["executor": executor])]])
        let running = try await scheduler.await("TASK_RUNNING", of: "task", within: Self.patience)
        #expect(running.source == "SOURCE_EXECUTOR" && running.container != nil, "\(running)")
        #expect(running.address?.isEmpty == false && running.address?.hasPrefix("127.") == false, "\(running)")
        let agent = try #require(try await trial.master.agent()["id"] as? String)
        try scheduler.tell("hello", executor: "pymesos", on: agent)
        #expect(try await scheduler.heard() == "echo hello")
        try scheduler.tell("finish", executor: "pymesos", on: agent)
        try await scheduler.await("TASK_FINISHED", of: "task")
        try scheduler.check("task", ["TASK_RUNNING", "TASK_FINISHED"])
        try scheduler.check()
        try scheduler.call("TEARDOWN", [:])
        try await eventually("its guest's end", within: .seconds(180)) {
            try FileManager.default.contentsOfDirectory(atPath: trial.trial.work + "/containers").isEmpty ? true : nil
        }
        #expect(try await trial.master.isWell())
    }
}

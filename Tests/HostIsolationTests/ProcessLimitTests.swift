import Foundation
import Isolation
import TestSupport
import Testing

@testable import HostIsolation

@Suite struct ProcessLimitTests {
    private let isolator = ProcessGroupsIsolator()

    private func launch(_ trial: HostTrial, _ groups: TestGroups) async throws -> (ProcessLauncher, LaunchPlan) {
        let launcher = ProcessLauncher(places: trial.places, owner: "a test", hierarchies: groups.hierarchies)
        let plan = try await isolator.prepare(trial.here, LaunchPlan())
        try await launcher.start(trial.here, plan)
        return (launcher, plan)
    }

    @Test(.enabled(if: TestGroups.canLimitMemory, "no memory controller can be used here"))
    func theKernelEndsACommandThatTakesTooMuchMemory() async throws {
        let groups = TestGroups()
        let trial = try HostTrial(["sh", "-c", "tail /dev/zero"]) { $0.resources.memory = .mebibytes(32) }
        let (launcher, _) = try await launch(trial, groups)
        async let limitation = trial.bounded { try await isolator.watch(trial.here) }
        #expect(try await trial.execute(launcher).outcome == .outOfMemory)
        #expect(try await limitation?.limit == .memory)
        try await trial.stop(launcher)
        groups.expectNothingLeft()
    }

    @Test(.enabled(if: TestGroups.canLimitMemory, "no memory controller can be used here"))
    func limitsFollowAnUpdateAndRefusalsAreHonest() async throws {
        let groups = TestGroups()
        let trial = try HostTrial(["sleep", "3600"])
        let (launcher, _) = try await launch(trial, groups)
        let group = try #require(ProcessRecord.read(in: trial.here.directory)?.group)
        func memory() -> UInt64? {
            group.directory(of: "memory").flatMap {
                group.number(in: "\($0.path)/\($0.isUnified ? "memory.max" : "memory.limit_in_bytes")")
            }
        }
        func quota() -> String? {
            group.directory(of: "cpu").flatMap {
                textFile("\($0.path)/\($0.isUnified ? "cpu.max" : "cpu.cfs_quota_us")")
            }
        }
        #expect(memory() == Memory.mebibytes(128).bytes)
        #expect(quota()?.hasPrefix("50000") == true)
        let more = Resources(cpus: CPUs(thousandths: 1500), memory: .mebibytes(200), disk: .mebibytes(1))
        #expect(try await isolator.update(trial.here, to: more) == .applied)
        #expect(memory() == Memory.mebibytes(200).bytes)
        #expect(quota()?.hasPrefix("150000") == true)
        async let ending = try? trial.execute(launcher)
        try await eventually("usage", within: .seconds(20)) {
            let usage = try await isolator.usage([trial.here], try await launcher.statistics([trial.here]))[
                trial.here.id]
            return usage?.cpusUserSeconds != nil && usage?.memoryTotalBytes ?? 0 > 0 ? true : nil
        }
        try await trial.stop(launcher)
        _ = await ending
        guard case .refused(let error) = try await isolator.update(trial.here, to: more) else {
            Issue.record("a container that is gone takes no update")
            return
        }
        #expect(error.reason == .badResource)
        groups.expectNothingLeft()
    }

    /// A host that gives us no control group.
    @Test func withoutControlGroupsTheStatusSaysSo() async throws {
        let trial = try HostTrial(["sleep", "3600"])
        let launcher = ProcessLauncher(places: trial.places, owner: "a test", hierarchies: Hierarchies(all: []))
        try await launcher.start(trial.here, try await isolator.prepare(trial.here, LaunchPlan()))
        let status = try await isolator.status(trial.here, ContainerStatus(state: "running"))
        #expect(Set(status.notes.keys) == ["process", "cpu", "memory"])
        #expect(status.process != nil)
        // A process that has just been made has no memory of its own yet.
        try await eventually("usage", within: .seconds(20)) {
            let statistics = try await launcher.statistics([trial.here])[trial.here.id]
            return statistics?.cpuTime != nil && (statistics?.resident?.bytes ?? 0) > 0 ? true : nil
        }
        guard case .refused = try await isolator.update(trial.here, to: trial.config.resources) else {
            Issue.record("without control groups nothing can be updated")
            return
        }
        try await trial.stop(launcher)
    }
}

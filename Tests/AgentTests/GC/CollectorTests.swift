import Foundation
import Isolation
import IsolationTestSupport
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Agent

@Suite struct CollectorTests {
    private let household = FakeHousehold(isolators: 0)
    private let metrics = AgentMetrics()

    private func collector(
        _ containerizer: Containerizer, delay: Duration, use: Double? = 0
    ) throws -> SandboxCollector {
        var options = CollectionOptions()
        options.delay = delay
        options.headroom = 0.1
        var log = Logger(label: "test")
        log.logLevel = .critical
        return SandboxCollector(containerizer, try household.places(), metrics, options, log: log) { _ in use }
    }

    private var names: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: household.places().root + "/sandboxes").sorted()
        }
    }

    /// Launches a container with a file in its sandbox.
    private func launch(_ name: String, _ containerizer: Containerizer) async throws -> String {
        let config = try FakeHousehold.config(name)
        try await containerizer.launch(config)
        let sandbox = try household.places().sandbox(config.id)
        try FileManager.default.createDirectory(atPath: sandbox + "/d/e", withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(fileURLWithPath: sandbox + "/d/e/f"))
        return sandbox
    }

    @Test(arguments: [
        (0.0, 9.0), (0.4, 5), (0.85, 0.5), (0.9, 0), (1, 0),
    ])
    func theFullerTheDiskTheShorter(_ use: Double, _ seconds: Double) {
        var options = CollectionOptions()
        options.delay = .seconds(10)
        #expect(abs(options.allowedAge(at: use) / .seconds(1) - seconds) < 1e-9)
    }

    @Test func whatEndedLongAgoGoesAndWhatLivesStays() async throws {
        let containerizer = try household.containerizer()
        let (living, ended) = (try await launch("living", containerizer), try await launch("ended", containerizer))
        try await containerizer.destroy(ContainerID("ended"))
        let collector = try collector(containerizer, delay: .milliseconds(600))
        await collector.collect()
        #expect(try names == ["ended", "living"])
        try await Task.sleep(for: .milliseconds(700))
        await collector.collect()
        #expect(try names == ["living"])
        #expect(
            FileManager.default.fileExists(atPath: living + "/d/e/f") && !FileManager.default.fileExists(atPath: ended))
        #expect(metrics.current.sandboxesRemoved == 1 && metrics.current.sandboxesLeft == 0)
        // And its name is free.
        #expect(try await containerizer.wait(ContainerID("ended")) == nil)
        try await containerizer.launch(FakeHousehold.config("ended"))
    }

    @Test func aFullDiskLeavesNoTime() async throws {
        let containerizer = try household.containerizer()
        _ = try await launch("ended", containerizer)
        _ = try await launch("living", containerizer)
        try await containerizer.destroy(ContainerID("ended"))
        try await collector(containerizer, delay: .seconds(1000), use: 0.5).collect()
        #expect(try names == ["ended", "living"])
        try await collector(containerizer, delay: .seconds(1000), use: nil).collect()
        #expect(try names == ["ended", "living"])
        try await collector(containerizer, delay: .seconds(1000), use: 0.95).collect()
        #expect(try names == ["living"])
    }

    /// The age is counted from the end, and no process has to have seen that.
    @Test func aRestartChangesNothing() async throws {
        let first = try household.containerizer()
        _ = try await launch("ended", first)
        _ = try await launch("living", first)
        try await first.destroy(ContainerID("ended"))
        let second = try household.restarted()
        let early = try collector(second, delay: .milliseconds(400))
        // Before it is recovered nothing is known of “living”, but that it has not ended.
        try await Task.sleep(for: .milliseconds(500))
        await early.collect()
        #expect(try names == ["living"])
        _ = try await second.recover()
        await early.collect()
        #expect(try names == ["living"])
    }

    /// A process that looked after “theirs” lives still.
    @Test func anotherProcessKeepsItsOwn() async throws {
        let (first, second) = (try household.containerizer(), try household.containerizer())
        _ = try await launch("theirs", first)
        try await collector(second, delay: .zero, use: 1).collect()
        #expect(try names == ["theirs"])
    }

    @Test func timesThatATaskSetsDoNotCount() async throws {
        let containerizer = try household.containerizer()
        let sandbox = try await launch("ended", containerizer)
        try await containerizer.destroy(ContainerID("ended"))
        let future = Date(timeIntervalSinceNow: 1e9)
        try FileManager.default.setAttributes([.modificationDate: future], ofItemAtPath: sandbox)
        try await Task.sleep(for: .milliseconds(100))
        try await collector(containerizer, delay: .milliseconds(50)).collect()
        #expect(try names == [])
    }

    @Test func whatAKilledAgentBeganToRemoveIsRemoved() async throws {
        let containerizer = try household.containerizer()
        let bin = try household.places().root + "/removed"
        try FileManager.default.createDirectory(atPath: bin + "/x.1/d", withIntermediateDirectories: true)
        try await collector(containerizer, delay: .seconds(1000)).collect()
        #expect(try FileManager.default.contentsOfDirectory(atPath: bin) == [])
    }

    @Test func linksAndForeignThingsAreLeft() async throws {
        let containerizer = try household.containerizer()
        let sandboxes = try household.places().root + "/sandboxes"
        let outside = household.directory.path + "/outside"
        try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: sandboxes + "/link", withDestinationPath: outside)
        try FileManager.default.createDirectory(atPath: sandboxes + "/No_Name", withIntermediateDirectories: true)
        try await collector(containerizer, delay: .zero, use: 1).collect()
        #expect(try names == ["No_Name", "link"] && FileManager.default.fileExists(atPath: outside))
    }

    @Test func itLooksEachIntervalUntilItIsCancelled() async throws {
        let containerizer = try household.containerizer()
        var options = CollectionOptions()
        options.interval = .milliseconds(20)
        let looks = Mutex(0)
        let collector = SandboxCollector(containerizer, try household.places(), metrics, options) { _ in
            looks.withLock { $0 += 1 }
            return 0
        }
        let running = Task { await collector.run() }
        try await eventually("three looks", within: .seconds(60)) { looks.withLock { $0 } >= 3 ? true : nil }
        running.cancel()
        await running.value
    }
}

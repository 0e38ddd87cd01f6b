import Isolation
import IsolationTestSupport
import TestSupport
import Testing

/// A thousand containers on one host. Bounds are wide enough for debug builds on busy machines; docs/performance.md has
/// figures of a release build.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ScaleTests {
    /// As many as the standard list has.
    let household = FakeHousehold(isolators: 6)

    private func launch(_ numbers: Range<Int>, in containerizer: Containerizer) async throws {
        try await withThrowingTaskGroup { group in
            for number in numbers {
                let config = try FakeHousehold.config("c-\(number)")
                group.addTask {
                    try await soon("launch", within: .seconds(120)) { try await containerizer.launch(config) }
                }
            }
            try await group.waitForAll()
        }
    }

    private func endAll(_ containerizer: Containerizer) async throws {
        try await withThrowingTaskGroup { group in
            for record in await containerizer.list() {
                group.addTask {
                    _ = try await soon("end", within: .seconds(120)) { try await containerizer.destroy(record.id) }
                }
            }
            try await group.waitForAll()
        }
        #expect(household.host.all.isEmpty)
    }

    @Test func usageOfAThousandIsOneQuestion() async throws {
        let containerizer = try household.containerizer()
        try await launch(0..<1000, in: containerizer)
        #expect(try await containerizer.usage().count == 1000)
        let time = try await ContinuousClock().measure { _ = try await containerizer.usage() }
        print("usage() of 1,000 containers: \(time)")
        #expect(time < .seconds(2))
        #expect(household.journal.count("launcher.statistics 1000") == 2)
        for name in "abcdef" { #expect(household.journal.count("\(name).usage 1000") == 2) }
        _ = try await containerizer.usage(of: try ContainerID("c-7"))
        #expect(household.journal.count("launcher.statistics 1") == 1, "one is asked for alone")
        #expect(household.journal.count("a.usage 1") == 1)
        try await endAll(containerizer)
    }

    @Test func aThousandAreRecoveredInASecond() async throws {
        try await launch(0..<1000, in: try household.containerizer())
        let containerizer = try household.restarted()
        var actions: [Recovery.Action] = []
        let time = try await ContinuousClock().measure { actions = try await containerizer.recover() }
        print("recover() of 1,000 containers: \(time)")
        #expect(actions.count == 1000 && time < .seconds(10))
        #expect(
            household.journal.count("launcher.machines all") == 1 && household.journal.count("store.records all") == 1)
        try await endAll(containerizer)
    }

    @Test func aContainerKeepsLittleMemory() async throws {
        let containerizer = try household.containerizer()
        try await launch(0..<500, in: containerizer)
        household.journal.clear()
        var sizes = [try residentBytes()]
        for round in 1...3 {
            try await launch(round * 500..<(round + 1) * 500, in: containerizer)
            household.journal.clear()
            sizes.append(try residentBytes())
        }
        // Other tests in this process may take or free memory in one of the rounds.
        let growth = zip(sizes.dropFirst(), sizes).map { ($0 - $1) / 500 }.sorted()
        print("memory for each container, fakes included, in three rounds: \(growth) bytes")
        #expect(growth[1] < 120 << 10)
        // Alone in a fresh process; after other tests, pages that they freed hide it.
        withKnownIssue("66 KiB with six watching isolators, promised are 20", isIntermittent: true) {
            #expect(growth[1] < 20 << 10)
        }
        try await endAll(containerizer)
    }

    /// Ten times as many neighbours may not make an operation on one container five times as slow.
    @Test func anOperationOnOneContainerDoesNotSeeTheOthers() async throws {
        let containerizer = try household.containerizer()
        try await launch(0..<100, in: containerizer)
        let few = try await operations(containerizer)
        try await launch(100..<1000, in: containerizer)
        let many = try await operations(containerizer)
        print("operations on one container: \(few) among 100, \(many) among 1,000")
        #expect(many < few * 5 + .milliseconds(20))
        try await endAll(containerizer)
    }

    /// The fastest of some rounds.
    private func operations(_ containerizer: Containerizer) async throws -> Duration {
        var best = Duration.seconds(60)
        let id = try ContainerID("c-3")
        for round in 0..<20 {
            let extra = try FakeHousehold.config("extra-\(round)", ContractCommands.fake.sleeps, output: .caller)
            let time = try await ContinuousClock().measure {
                try await containerizer.launch(extra)
                _ = try await containerizer.usage(of: id)
                _ = try await containerizer.status(of: id)
                _ = try await containerizer.update(id, to: FakeHousehold.resources)
                _ = try await containerizer.destroy(extra.id)
            }
            best = min(best, time)
        }
        return best
    }
}

import Glibc
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
        // A launch that failed is told by the container's end.
        let ended = await containerizer.list().filter { $0.life.state.isEnded }
        #expect(ended.isEmpty, "\(ended.prefix(3))")
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

    /// Promised of a release build; debug builds suspend with more.
    #if DEBUG
        static let memoryOfOne = 28 << 10
    #else
        static let memoryOfOne = 20 << 10
    #endif

    /// In a process of its own: this one has room that other tests gave back. Two isolators watch, as of the standard list;
    /// more that do not would add what the test library keeps of each error thrown.
    @Test func aContainerKeepsLittleMemory() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            // Detached: the test library's own values would be handed on to each task of ours.
            try await Task.detached {
                let household = FakeHousehold(isolators: 2)
                let containerizer = try household.containerizer()
                var sizes: [Int] = []
                for round in 0...3 {
                    // One after another: this is not about what launching takes.
                    for number in round * 500..<(round + 1) * 500 {
                        try await containerizer.launch(FakeHousehold.config("c-\(number)"))
                    }
                    household.journal.clear()
                    sizes.append(try residentBytes())
                }
                let growth = (sizes[3] - sizes[0]) / 1500
                print("memory for each container, fakes included: \(growth) bytes")
                fflush(nil)
                #expect(growth < ScaleTests.memoryOfOne)
            }.value
        }
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
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

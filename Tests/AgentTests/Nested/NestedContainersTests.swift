import Isolation
import IsolationTestSupport
import Mesos
import SwiftProtobuf
import TestSupport
import Testing

@testable import Agent

/// Nested containers over fakes: what is remembered, and for how long.
@Suite(.timeLimit(.minutes(1))) struct NestedContainersTests {
    private let household = FakeHousehold(isolators: 0)
    private let containerizer: Containerizer
    private let nested: NestedContainers

    init() async throws {
        containerizer = try household.containerizer()
        var limits = NestedLimits()
        limits.remembered = 3
        nested = NestedContainers(containerizer, places: try household.places(), limits: limits) { _ in "/sandbox" }
        let resources = Resources(cpus: CPUs(thousandths: 1000), memory: .mebibytes(128), disk: .mebibytes(64))
        try await containerizer.launch(
            ContainerConfig(
                id: try ContainerID("one"), resources: resources, command: TaskCommand(arguments: ["sleep"]),
                output: .sandbox))
    }

    private func order(_ name: String, _ words: String..., isSession: Bool = true) throws -> NestedOrder {
        let command = Mesos_V1_CommandInfo.with {
            ($0.shell, $0.value, $0.arguments) = (false, words[0], words)
        }
        return try NestedOrder(try id(name).message, command, nil, isSession: isSession)
    }

    private func id(_ name: String) throws -> NestedID { NestedID(try ContainerID("one"), [name]) }

    private func launch(_ name: String, isSession: Bool = true) async throws {
        let container = try #require(try await nested.launch(try order(name, "exit", "3", isSession: isSession)))
        #expect(try await container.ended.value().outcome == .exited(3))
    }

    @Test func sessionsThatEndedMakeRoom() async throws {
        for name in ["a", "b", "c", "d"] { try await launch(name) }
        #expect(await nested.container(try id("a")) == nil)
        for name in ["b", "c", "d"] { #expect(await nested.container(try id(name)) != nil) }
    }

    /// Their ends are waited for by others than their caller.
    @Test func allOthersStay() async throws {
        for name in ["a", "b", "c"] { try await launch(name, isSession: false) }
        await #expect(throws: Refusal.self) { try await launch("d") }
        try await nested.remove(try id("b"))
        try await launch("d")
    }

    @Test func aRefusedLaunchLeavesNothing() async throws {
        household.launcher.set("runBeside", .fails(BulkheadError(.unsupported, "one", "no", remedy: "")))
        let refusal = await #expect(throws: Refusal.self) { try await launch("a") }
        #expect(refusal?.status == 400 && refusal?.text.contains("unsupported: ") == true)
        #expect(await nested.container(try id("a")) == nil)
        #expect(NestedRecord.count(of: try ContainerID("one"), try household.places()) == 0)
    }

    /// Whoever launched it is waited for; whoever only looks on is not.
    @Test func onlookersDoNotSlowASession() async throws {
        var limits = NestedLimits()
        limits.waiting = 10
        let output = NestedOutput(limits)
        let (slow, quick) = (try #require(output.attach()), try #require(output.attach()))
        let reading = Task {
            var count = 0
            while case .output(let bytes)? = try await quick.next() { count += bytes.count }
            return count
        }
        for _ in 0..<5 {
            try await output.add(.output([UInt8](repeating: 1, count: 6)))
            _ = try await output.owner.next()
            try await eventually("the quick reader", within: .seconds(60)) { quick.isEmpty ? true : nil }
        }
        output.finish()
        #expect(try await reading.value == 30)
        #expect(slow.isLeft && !quick.isLeft)
    }
}

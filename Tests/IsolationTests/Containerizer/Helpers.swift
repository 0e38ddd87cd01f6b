import Isolation
import IsolationTestSupport
import TestSupport
import Testing

/// Every wait of a test ends.
func soon<Value: Sendable>(
    _ what: String, within limit: Duration = .seconds(30), _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let late = WaitFailure(what: what)
    return try await within(
        limit, otherwise: { BulkheadError(.launcherFailed, what, late.description, remedy: "see the test") }, body)
}

extension Containerizer {
    /// Launches and waits for the end.
    func run(_ config: ContainerConfig) async throws -> ContainerReport {
        try await soon("launch of \(config.id)") { try await self.launch(config) }
        return try await report(config.id)
    }

    func report(_ id: ContainerID) async throws -> ContainerReport {
        try #require(try await soon("end of \(id)") { try await self.wait(id) })
    }

    func end(_ id: ContainerID) async throws -> ContainerReport {
        try await soon("destruction of \(id)") { try await self.destroy(id) }
    }

    /// Waits until the first report is out of date and the container has gone.
    nonisolated func awaitGone(_ id: ContainerID) async throws {
        try await eventually("\(id) to be gone", within: .seconds(30)) {
            await self.list().contains { $0.id == id } ? nil : true
        }
    }
}

extension FakeHousehold {
    /// A container whose command runs until it is told otherwise.
    func running(_ name: String = "one", in containerizer: Containerizer, _ command: String = "sleep") async throws
        -> ContainerConfig
    {
        let config = try FakeHousehold.config(name, TaskCommand(arguments: [command]))
        try await soon("launch of \(name)") { try await containerizer.launch(config) }
        return config
    }

    func awaitCall(_ line: String) async throws {
        try await eventually(line, within: .seconds(30)) { journal.count(line) > 0 ? true : nil }
    }

    func script(_ owner: String) -> Script {
        switch owner {
        case "launcher": launcher
        case "store": store
        case "provisioner": provisioner
        default: isolators[Int((UnicodeScalar(owner)?.value ?? 97) - 97)]
        }
    }

    /// What went up came down: once, in reverse, after the machine; and nothing of it is left.
    func expectCleanedUp(_ name: String, location: SourceLocation = #_sourceLocation) {
        let calls = journal.of(name)
        var prepared = calls.filter { $0.hasSuffix(".prepare") }.map { String($0.prefix { $0 != "." }) }
        // The first one's turn begins with the provisioner.
        if prepared.isEmpty, !isolators.isEmpty, calls.contains("provisioner.provision") { prepared = ["a"] }
        let cleaned = calls.filter { $0.hasSuffix(".cleanup") }.map { String($0.prefix { $0 != "." }) }
        #expect(cleaned == prepared.reversed(), "\(calls)", sourceLocation: location)
        let firstCleanUp = calls.firstIndex { $0.hasSuffix(".cleanup") } ?? calls.endIndex
        for call in calls[..<firstCleanUp] where call.hasSuffix(".prepare") || call.hasSuffix(".isolate") {
            let hasEnded = calls[..<firstCleanUp].contains(call + ".ended")
            #expect(hasEnded, "\(call) ended before clean-up: \(calls)", sourceLocation: location)
        }
        if calls.contains("launcher.start") {
            #expect(calls.firstIndex(of: "launcher.stop") ?? .max < firstCleanUp, "\(calls)", sourceLocation: location)
        }
        #expect(!host.all.contains { $0.name == name }, sourceLocation: location)
    }
}

extension Outcome {
    var reason: BulkheadError.Reason? { error?.reason }
}

import NIOCore
import Testing

@testable import Agent

/// Launches and ends by the hundred wait for Swift's threads; whoever answers pings and executors must not wait with them.
struct LoopTests {
    @Test func whatExecutorsDoHappensOnTheirLoopWhoeverAsks() async throws {
        let executors = try await AgentTrial().executors
        #expect(await executors.isOnItsLoop)
        let isOnItsLoop = await Task.detached { await executors.isOnItsLoop }.value
        #expect(isOnItsLoop)
    }
}

extension Executors {
    fileprivate var isOnItsLoop: Bool { loop.inEventLoop }
}

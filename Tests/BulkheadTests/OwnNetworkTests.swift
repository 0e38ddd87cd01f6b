import Foundation
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

extension HostTests {
    @Suite(.bench) struct OwnNetworkTests {
        @Test func launchesThatFindItStoppedStartItTogether() async throws {
            let bench = try bench()
            let engine = try bench.engine()
            let connection = try await engine.link.connect().connection
            let own = OwnNetwork(
                connection: connection, ledger: engine.ledger, state: engine.state,
                template: try NetworkTemplate.builtIn(in: Bench.templates))
            _ = try await own.ready()
            for _ in 0..<5 {
                #expect(try await bench.virsh("net-destroy", own.name).status == 0)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 { group.addTask { _ = try await own.ready() } }
                    try await group.waitForAll()
                }
            }
        }
    }
}

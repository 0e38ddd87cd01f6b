import Libvirt
import Testing

@Suite struct StatsTests {
    @Test func allDomainsInOneCall() async throws {
        try await withTestNode { connection in
            _ = try await connection.defineDomain(xml: domainXML("off"))
            let stats = try await connection.allDomainStats(.state)
            #expect(Set(stats.map(\.name)) == ["running", "off"])
            let running = try #require(stats.first { $0.name == "running" })
            #expect(running.state == .running(.booted) || running.state == .running(.unknown))
            #expect(running.parameters["state.state"] == .int(1))
            #expect(try await running.uuid == connection.domain(named: "running").uuid)
            #expect(try await connection.allDomainStats(.state, of: .inactive).map(\.name) == ["off"])
        }
    }

    @Test func someDomainsInOneCall() async throws {
        try await withTestNode { connection in
            let domain = try await connection.domain(named: "running")
            #expect(try await connection.stats(of: [domain], .state).map(\.name) == ["running"])
            #expect(try await connection.stats(of: []).isEmpty)
        }
    }
}

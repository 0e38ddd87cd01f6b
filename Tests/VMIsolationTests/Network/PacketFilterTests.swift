import HostIsolation
import Isolation
import TestSupport
import Testing

@testable import VMIsolation

/// How `nft` is called; what its rules do, guests show.
@Suite(.timeLimit(.minutes(1))) struct PacketFilterTests {
    private let here = TemporaryDirectory()

    private func filter(_ script: String) throws -> PacketFilter {
        try TestProgram.write("#!/bin/sh\n\(script)\n", at: here.path + "/nft")
        return PacketFilter(tool: HostTool("nft", of: "nftables", in: here.path, deadline: .seconds(1)))
    }

    @Test func oneThatHangsIsNotWaitedFor() async throws {
        let filter = try filter("exec /bin/sleep 1000")
        let begin = ContinuousClock.now
        for call in [
            { try await filter.load("table inet x {}", for: "x") },
            { _ = try await filter.rules(of: "x", .inet) }, { _ = try await filter.tables() },
            { try await filter.remove("x") },
        ] as [@Sendable () async throws -> Void] {
            let error = await #expect(throws: BulkheadError.self) { try await call() }
            #expect(error?.reason == .toolFailed && error?.subject == "nft", "\(String(describing: error))")
            #expect(error?.detail.hasPrefix("it did not end within ") == true, "\(String(describing: error))")
        }
        #expect(ContinuousClock.now - begin < .seconds(50))
    }

    @Test func oneThatRefusesSaysWhatAndWhy() async throws {
        let filter = try filter("echo 'Error: Could not process rule' >&2; echo 'in line 3' >&2; exit 1")
        let error = await #expect(throws: BulkheadError.self) { try await filter.load("flush", for: "walls") }
        #expect(error?.reason == .wallRefused && error?.subject == "nftables table walls")
        #expect(error?.detail == "Error: Could not process rule" && error?.evidence == ["in line 3"])
    }

    @Test func aTableThatIsNotThereHasNoRules() async throws {
        let filter = try filter("echo 'Error: No such file or directory' >&2; exit 1")
        #expect(try await filter.rules(of: "x", .bridge) == nil)
    }

    @Test func withoutItsProgramThePackageIsNamed() async throws {
        let filter = PacketFilter(tool: HostTool("nft", of: "nftables", in: here.path))
        let error = await #expect(throws: BulkheadError.self) { try await filter.tables() }
        #expect(error?.reason == .toolMissing && error?.remedy == "install nftables")
    }
}

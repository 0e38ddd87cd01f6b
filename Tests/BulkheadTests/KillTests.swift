import Foundation
import Glibc
import TestSupport
import Testing

extension HostTests {
    /// A launcher that is killed with no time to clean up.
    @Suite(.bench) struct KillTests {
        private func findings(_ arguments: String...) async throws -> [SweepFinding] {
            let program = try bench().start(["sweep", "--json"] + arguments)
            let status = try await program.wait(within: .seconds(60))
            #expect(status == 0, "\(program.errorText)")
            return try JSONDecoder().decode([SweepFinding].self, from: Data(program.output))
        }

        @Test(arguments: ["prepare …", "start …", "lease …", "port …", "copy …", "run …", "cleanUp …"])
        func whatAKilledLaunchLeavesIsSweptAway(_ stage: String) async throws {
            let bench = try bench()
            let launched = try bench.launch(
                ["--verbose"], json: false, command: ["sleep", stage == "cleanUp …" ? "0" : "300"])
            try await launched.program.awaitError(stage)
            launched.program.signal(SIGKILL)
            #expect(try await launched.program.wait(within: .seconds(60)) == 128 + SIGKILL)
            let dry = try await findings("--dry-run")
            let row = dry.first { $0.what == "container \(launched.name)" }
            if stage != "prepare …" && stage != "cleanUp …" {
                #expect(row?.verdict == "remove" && row?.why.isEmpty == false, "\(dry)")
                let listed = try await bench.call("ps", "--json")
                #expect(
                    listed.text.contains(launched.name) && listed.text.contains("orphaned"),
                    "a dry run removes nothing: \(listed)")
            }
            let swept = try await findings()
            #expect(swept.allSatisfy { $0.failure == nil }, "\(swept)")
            let left = try await bench.leftovers(of: launched.name)
            #expect(left.isEmpty, "\(left)")
            #expect(try await findings("--dry-run").filter { $0.verdict == "remove" }.isEmpty)
        }

        @Test func aSweepLeavesWhatRunsAndWhatIsNotOurs() async throws {
            let bench = try bench()
            let launched = try bench.launch(shell: "echo on; read line; exit 8", input: .pipe)
            try await launched.program.awaitOutput("on")
            let other = TemporaryDirectory()
            let elsewhere = try bench.start(
                ["sweep", "--json"], environment: ["BULKHEAD_STATE_DIR": other.path + "/state"])
            #expect(try await elsewhere.wait(within: .seconds(60)) == 0)
            let foreign = try JSONDecoder().decode([SweepFinding].self, from: Data(elsewhere.output))
            #expect(
                foreign.contains {
                    $0.what == "domain \(launched.domain)" && $0.verdict == "leave"
                        && $0.why.contains("another state directory")
                })
            let own = try await findings()
            #expect(own.contains { $0.what == "container \(launched.name)" && $0.verdict == "leave" }, "\(own)")
            try launched.program.closeInput()
            #expect(try await bench.finish(launched).status == 8)
        }
    }
}

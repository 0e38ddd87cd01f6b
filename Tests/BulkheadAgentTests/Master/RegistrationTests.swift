import Foundation
import Glibc
import TestSupport
import Testing

/// What a real master makes of an agent that comes, goes and comes back.
@Suite(.enabled(RealMaster.why) { RealMaster.isThere })
struct RegistrationTests {
    /// Shown as what it is; the same after a restart; gone when it leaves, and another one after that.
    @Test(.timeLimit(.minutes(3))) func anAgentIsShownAsItIsAndKeepsItsID() async throws {
        let trial = try await MasterTrial()
        let flags = ["--attributes=rack:r7;generation:2"]
        let first = try await trial.start(flags)
        let shown = try await trial.master.agent()
        #expect(shown["hostname"] as? String == "tested" && shown["port"] as? Int == trial.port, "\(shown)")
        #expect(shown["version"] as? String == "1.11.0", "\(shown)")
        #expect(shown["attributes"] as? NSDictionary == ["rack": "r7", "generation": 2], "\(shown)")
        let resources = shown["resources"] as? [String: Any] ?? [:]
        #expect(["cpus", "mem", "disk"].map { resources[$0] as? Double } == [8, 4096, 4096], "\(shown)")
        let capabilities = Set(shown["capabilities"] as? [String] ?? [])
        #expect(
            capabilities == ["MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT", "AGENT_DRAINING"], "\(shown)")
        let id = try #require(shown["id"] as? String)
        #expect(
            try await first.call(#"{"type":"GET_AGENT"}"#).member("get_agent", "agent_info", "id", "value") as? String
                == id)

        #expect(try await trial.kill(first, with: SIGTERM) == 0)
        let second = try await trial.start(flags)
        #expect(try await trial.master.agents().map { $0["id"] as? String } == [id])

        #expect(try await trial.kill(second, with: SIGUSR1) == 0)
        try await eventually("an agent that is gone", within: .seconds(60)) {
            try await trial.master.agents().isEmpty ? true : nil
        }
        _ = try await trial.start(flags)
        #expect(try await trial.master.agent()["id"] as? String != id)
        #expect(try await trial.master.isWell())
    }

    /// One that is not what it says it is stays outside, and says why.
    @Test(.timeLimit(.minutes(3))) func aMasterThatAsksWhoWeAreIsToldSo() async throws {
        let directory = TemporaryDirectory()
        let known = try directory.file(
            "known", Array(#"{"credentials":[{"principal":"bulk","secret":"right"}]}"#.utf8))
        let trial = try await MasterTrial(master: ["--authenticate_agents", "--credentials=file://\(known)"])
        let right = try directory.file("right", Array(#"{"principal":"bulk","secret":"right"}"#.utf8))
        let wrong = try directory.file("wrong", Array("bulk wrong".utf8))
        let stranger = try directory.file("stranger", Array("stranger right".utf8))

        for credential in [wrong, stranger] {
            let refused = try await trial.start(["--credential=\(credential)"], awaitsMaster: false)
            #expect(try await refused.program.wait(within: .seconds(30)) == 125)
            #expect(refused.program.errorText.contains("credentialRefused"), "\(refused.program.errorText)")
        }
        let silent = try await trial.start(awaitsMaster: false)
        try await eventually("a refusal in the master's log", within: .seconds(60)) {
            trial.master.said.contains("not authenticated") ? true : nil
        }
        #expect(try await trial.kill(silent, with: SIGTERM) == 0)
        #expect(try await trial.master.agents().isEmpty)
        _ = try await trial.start(["--credential=\(right)"])
        #expect(try await trial.master.isWell())
    }
}

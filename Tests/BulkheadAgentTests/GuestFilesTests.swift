import Foundation
import TestSupport
import Testing

/// Files of a guest that runs, or that is ended before its time.
@Suite(.serialized, .onLibvirt)
struct GuestFilesTests {
    private let trial = AgentTrial(isolation: "vm")

    /// Honest and hostile: links that lead out, second names, pipes, depth, a file that grows, one that comes and goes.
    private static let script = """
        cd /sandbox; mkdir -p d/e; echo one >d/a; ln d/a second
        ln -s d/a inside; ln -s /etc/passwd outside; mkfifo pipe
        deep=deep; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do deep=$deep/deep; done; mkdir -p $deep
        echo bottom >$deep/file; echo up
        while :; do echo grows >>grows; echo x >comes; rm comes; sleep 0.05; done
        """

    @Test(.timeLimit(.minutes(6))) func theyAreHadWhileItRunsAndWhenItIsDestroyed() async throws {
        let agent = try await trial.start()
        try #require(try await agent.launch("one", Self.script).status == 200)
        try await eventually("its files", within: .seconds(60)) {
            try await agent.file("/sandboxes/one/stdout").text.contains("up") ? true : nil
        }
        let listed = try await trial.bulkhead(agent, ["files", "one"], within: .seconds(120))
        let names = listed.output.split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").last }
        #expect(listed.status == 0 && Set(["d", "deep", "grows", "inside"]).isSubset(of: names), "\(listed)")
        #expect(Set([".bulkhead", "lost+found", "outside", "pipe"]).isDisjoint(with: names), "\(listed)")
        #expect(listed.errors.contains("outside") && listed.errors.contains("named pipe"), "\(listed)")
        // Two names of one file: the one that its directory has first is the file.
        #expect(listed.errors.contains("hard link"), "\(listed)")
        #expect(try await (agent.file("/sandboxes/one/files/d/a").status == 404) == names.contains("second"))
        let deep = "/sandboxes/one/files/deep" + String(repeating: "/deep", count: 20) + "/file"
        #expect(try await agent.file(deep).text == "bottom\n")
        #expect(try await agent.file("/sandboxes/one/files/inside").status == 400)

        // What is gone there goes here; what is more than the disk could hold does not come, and changes nothing.
        try await inGuest("rm -r d second inside deep; echo two >b", agent)
        #expect(try await trial.bulkhead(agent, ["files", "one", "b"], within: .seconds(120)).output == "two\n")
        #expect(try await agent.file("/sandboxes/one/files/d/a").status == 404)
        try await inGuest("truncate -s 20G hole", agent)
        let refused = try await trial.bulkhead(agent, ["files", "one"], within: .seconds(120))
        #expect(refused.status == 125 && refused.errors.contains("copyFailed"), "\(refused)")
        #expect(refused.errors.contains("hole"), "\(refused)")
        #expect(try await agent.file("/sandboxes/one/files/b").text == "two\n")

        try await inGuest("rm hole; echo three >c", agent)
        #expect(try await agent.ask("KILL_CONTAINER", "one").status == 200)
        #expect(try await agent.exitStatus(of: "one") == 9)
        #expect(try await agent.file("/sandboxes/one/files/c").text == "three\n")
        #expect(try await flaws("one", agent).isEmpty)
        // It is told where they are after its end, too.
        #expect(try await trial.bulkhead(agent, ["files", "one", "c"]).output == "three\n")
        #expect(try await trial.bulkhead(agent, ["files", "none"]).errors.contains("unknownContainer"))
    }

    /// One that nobody reaches any more ends all the same, and says what is missing.
    @Test(.timeLimit(.minutes(4))) func aGuestThatIsCutOffIsNotWaitedFor() async throws {
        let agent = try await trial.start()
        let script = "echo up; until [ -e go ]; do sleep 0.1; done; sleep 2; ip link set eth0 down; exec sleep 1000"
        try #require(try await agent.launch("two", script).status == 200)
        try await eventually("its word", within: .seconds(60)) {
            try await agent.file("/sandboxes/two/stdout").text.contains("up") ? true : nil
        }
        let shown = try await trial.json(agent, ["inspect", "two"]) as? [String: [String: Any]]
        let address = try #require(shown?["container"]?["address"] as? String, "\(shown ?? [:])")
        _ = try await trial.bulkhead(agent, ["exec", "two", "--", "touch", "/sandbox/go"])
        try await eventually("a guest that nobody reaches", within: .seconds(60)) {
            try await reaches(address) ? nil : true
        }
        let start = ContinuousClock.now
        #expect(try await agent.ask("KILL_CONTAINER", "two").status == 200)
        #expect(try await agent.exitStatus(of: "two") == 9)
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(try await flaws("two", agent).contains("did not come within"))
    }

    private func reaches(_ address: String) async throws -> Bool {
        let words = ["/usr/bin/timeout", "2", "/bin/bash", "-c", "exec 3<>/dev/tcp/\(address)/22"]
        return try await RunningProgram(words.map { Array($0.utf8) }, environment: []).wait(within: .seconds(30)) == 0
    }

    private func inGuest(_ script: String, _ agent: RunningAgent) async throws {
        let ended = try await trial.bulkhead(agent, ["exec", "--workdir", "/sandbox", "one", "--", "sh", "-c", script])
        try #require(ended.status == 0, "\(ended)")
    }

    /// What `launch.json` says of files that did not come.
    private func flaws(_ name: String, _ agent: RunningAgent) async throws -> String {
        let journal = try await agent.file("/sandboxes/\(name)/launch.json")
        let value = try JSONSerialization.jsonObject(with: Data(journal.body)) as? [String: Any]
        let flaws = (value?["termination"] as? [String: Any])?["flaws"] as? [[String: Any]]
        return try #require(flaws, "\(journal)").map { "\($0)" }.joined()
    }
}

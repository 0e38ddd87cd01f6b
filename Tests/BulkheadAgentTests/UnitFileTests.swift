import Foundation
import Glibc
import TestSupport
import Testing

/// templates/bulkhead-agent.service
@Suite struct UnitFileTests {
    private let trial = AgentTrial()
    private static let hasSystemd = FileManager.default.fileExists(atPath: "/usr/bin/systemd-analyze")

    /// The unit as it is with drop-ins, one after the other.
    private func unit(_ parts: [String]) throws -> String {
        let folder = Repository.path + "/templates/bulkhead-agent.service"
        let files = [folder] + parts.map { folder + ".d/\($0).conf" }
        return try files.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined(separator: "\n")
            .replacingOccurrences(of: "/usr/local/bin/bulkhead-agent", with: "/bin/true")
    }

    private func analyze(_ words: [String], _ parts: [String]) async throws -> RunningProgram {
        let file = try trial.directory.file("bulkhead-agent.service", Array(try unit(parts).utf8))
        let all = ["/usr/bin/systemd-analyze"] + words + [file]
        return try RunningProgram(all.map { Array($0.utf8) }, environment: [Array("LC_ALL=C.UTF-8".utf8)])
    }

    private func settings() throws -> [String: String] {
        let text = try String(contentsOfFile: Repository.path + "/templates/bulkhead-agent.service", encoding: .utf8)
        let pairs = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return Dictionary(pairs) { $1 }
    }

    @Test(.enabled(if: hasSystemd, "systemd is not installed"), arguments: [[], ["own-user"]] as [[String]])
    func systemdUnderstandsIt(_ parts: [String]) async throws {
        let program = try await analyze(["verify"], parts)
        #expect(try await program.wait(within: .seconds(60)) == 0, "\(program.errorText)")
        // It warns of keys that it does not know, and succeeds.
        #expect(!program.errorText.contains("bulkhead-agent.service:"), "\(program.errorText)")
    }

    /// No more exposed than docs/privileges.md says.
    @Test(
        .enabled(if: hasSystemd, "systemd is not installed"),
        arguments: [([], "service`, as root"), (["own-user"], "conf`, machines")] as [([String], String)])
    func itsExposureIsAsDocumented(_ parts: [String], _ row: String) async throws {
        let docs = try String(contentsOfFile: Repository.path + "/docs/privileges.md", encoding: .utf8)
        let line = try #require(docs.split(separator: "\n").first { $0.contains(row) })
        let most = try #require(line.firstMatch(of: /\| (\d+\.\d) \|/).flatMap { Double($0.output.1) })
        let program = try await analyze(["security", "--offline=yes", "--no-pager"], parts)
        _ = try await program.wait(within: .seconds(60))
        let told = program.outputText.firstMatch(of: /exposure level for [^:]+: (\d+\.\d)/)
        let found = try #require(told.flatMap { Double($0.output.1) }, "\(program.errorText)")
        #expect(found <= most)
    }

    @Test func containersOutliveTheAgent() throws {
        let settings = try settings()
        #expect(settings["KillMode"] == "process" && settings["Delegate"] == "yes" && settings["Requires"] == nil)
        #expect(settings["Restart"] == "on-failure" && settings["StateDirectoryMode"] == "0711")
    }

    /// With the capabilities that the unit leaves it, and without new privileges, it can do its work.
    @Test(.enabled(if: geteuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0, "needs root and setpriv"))
    func itWorksWithTheCapabilitiesThatItHas() async throws {
        let names = try #require(try settings()["CapabilityBoundingSet"]).split(separator: " ")
        let set = (["-all"] + names.map { "+" + $0.dropFirst("CAP_".count).lowercased() }).joined(separator: ",")
        let program = try RunningProgram(
            [
                "/usr/bin/setpriv", "--no-new-privs", "--bounding-set", set, AgentTrial.programs + "/bulkhead-agent",
                "--work_dir=\(trial.work)", "--isolation=process", "--port=0",
            ].map { Array($0.utf8) },
            environment: ["BULKHEAD_CACHE_DIR=\(trial.directory.path)/cache", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"].map
            {
                Array($0.utf8)
            })
        try await program.awaitError("serving", within: .seconds(60))
        let word = try #require(
            program.errorText.split(whereSeparator: \.isWhitespace).last { $0.hasPrefix("address=") })
        let agent = RunningAgent(program: program, address: String(word.dropFirst("address=".count)))
        let script = "grep -E '^(CapBnd|NoNewPrivs)' /proc/self/status; su nobody -s /bin/sh -c 'id -u' 2>&1"
        #expect(try await agent.launch("one", script).status == 200)
        _ = try await agent.exitStatus(of: "one")
        let text = try await agent.file("/sandboxes/one/stdout").text
        #expect(text.contains("NoNewPrivs:\t1") && !text.contains("ffffffff"), "\(text)")
        #expect(text.hasSuffix("65534\n"), "\(text)")
        #expect(try await agent.ask("REMOVE_CONTAINER", "one").status == 200)
    }
}

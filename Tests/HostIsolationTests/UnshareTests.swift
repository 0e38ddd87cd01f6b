import Foundation
import HostIsolation
import Isolation
import TestSupport
import Testing

/// That the shipped example isolates what it says.
@Suite(.enabled(if: UnshareExample.canRun, "needs root, unshare and jq"))
struct UnshareTests {
    private func launcher(_ trial: HostTrial) throws -> ExternalLauncher {
        try ExternalLauncher(program: UnshareExample.path, places: trial.places, owner: "a test")
    }

    @Test func aCommandSeesNeitherTheHostsProcessesNorItsNetwork() async throws {
        let script = """
            set -- /proc/[0-9]*; echo "$#"
            cat /proc/1/comm
            tail -n +3 /proc/net/dev | cut -d : -f 1 | tr -d ' '
            cat /proc/net/route | wc -l
            ls /tmp
            hostname
            echo kept >kept; pwd
            """
        let trial = try HostTrial(["sh", "-c", script])
        let own = try trial.temporary.file("seen-on-the-host", [])
        let launcher = try launcher(trial)
        #expect(try await trial.run(launcher).outcome == .exited(0))
        let text = trial.text("stdout").split(separator: "\n").map(String.init)
        // Its first process and its shell; nothing of this host's hundreds.
        #expect(Int(text.first ?? "").map { $0 <= 3 } == true, "\(text)")
        #expect(
            text.dropFirst() == ["sleep", "lo", "1", "sandbox", trial.here.id.description, "/tmp/sandbox"], "\(text)")
        #expect(trial.text("kept") == "kept\n")
        #expect(FileManager.default.fileExists(atPath: own))
        try await trial.stop(launcher)
    }

    /// Every process of the namespace goes with its first one.
    @Test func daemonsEndWithTheirNamespace() async throws {
        let nap = "\(Int.random(in: 1_000_000...9_999_999))"
        let trial = try HostTrial(["sh", "-c", "setsid env -i /bin/sh -c '(/bin/sleep \(nap) &)'; sleep \(nap)"])
        let launcher = try launcher(trial)
        async let ending = try? trial.run(launcher)
        try await eventually("a daemon", within: .seconds(20)) {
            processes(naming: nap).contains { $0.hasPrefix("/bin/sleep") } ? true : nil
        }
        try await trial.stop(launcher)
        #expect(processes(naming: "sleep \(nap)") == [])
        _ = await ending
    }

    @Test func inputAndOutputAreTheCallers() async throws {
        let trial = try HostTrial(["sh", "-c", "cat; echo over >&2; exit 4"], output: .caller)
        let sent = (0..<20).map { block in (0..<65_521).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ block) } }
        let (caller, launcher) = (Caller(input: sent), try launcher(trial))
        #expect(try await trial.run(launcher, streams: caller.streams).outcome == .exited(4))
        // Apart from the expectation, which would look for the least difference of both.
        let isWhole = caller.received == sent.flatMap { $0 }
        #expect(isWhole, "\(caller.received.count) bytes")
        #expect(caller.complaints == Array("over\n".utf8))
        try await trial.stop(launcher)
    }
}

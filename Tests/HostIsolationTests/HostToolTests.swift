import Foundation
import Glibc
import Isolation
import TestSupport
import Testing

@testable import HostIsolation

/// Programs of the host's own are waited for, and heard, within bounds.
@Suite(.timeLimit(.minutes(1))) struct HostToolTests {
    private let here = TemporaryDirectory()

    private func tool(_ script: String, deadline: Duration = .seconds(30)) throws -> HostTool {
        try TestProgram.write("#!/bin/sh\n\(script)\n", at: here.path + "/tool")
        return HostTool("tool", of: "toolbox", in: here.path, deadline: deadline)
    }

    private func failure(of tool: HostTool) async throws -> BulkheadError {
        let error = await #expect(throws: BulkheadError.self) { try await tool.run([]) }
        return try #require(error)
    }

    @Test func whatItSaysAndHowItEndsIsTold() async throws {
        let end = try await tool("/bin/cat; echo $1 $LC_ALL >&2; exit 3").run(["a b"], input: "question")
        #expect(end.status == 3 && !end.isFine && end.words == "it ended with status 3")
        #expect(end.output == "question" && end.errors == "a b C\n")
        let killed = try await tool("kill -KILL $$").run([])
        #expect(!killed.isFine && killed.words == "it was killed by signal 9")
        #expect(try await tool("exit 0").run([]).isFine)
    }

    /// With what it has started.
    @Test func oneThatHangsIsEnded() async throws {
        let script = "/bin/sleep 1000 & echo $$ $! >'\(here.path)/pids'; wait"
        let error = try await failure(of: tool(script, deadline: .seconds(2)))
        #expect(error.reason == .toolFailed && error.subject == "tool", "\(error)")
        #expect(error.detail == "it did not end within 2.0 seconds, and was killed", "\(error)")
        let text = try String(contentsOfFile: here.path + "/pids", encoding: .utf8)
        let pids = text.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
        #expect(pids.count == 2)
        try await eventually("their end", within: .seconds(60)) {
            pids.allSatisfy { ProcessIdentity(of: $0)?.isAlive != true } ? true : nil
        }
    }

    @Test func oneThatSaysTooMuchIsEnded() async throws {
        let error = try await failure(of: tool("while :; do echo more and more and more; done"))
        #expect(error.reason == .toolFailed && error.detail == "it wrote more than 4 MiB, and was killed", "\(error)")
    }

    @Test func ofErrorsTheFirstAreKept() async throws {
        let end = try await tool("i=0; while [ $i -lt 20000 ]; do echo an error >&2; i=$((i+1)); done").run([])
        #expect(end.isFine && 64 << 10..<256 << 10 ~= end.errors.utf8.count, "\(end.errors.utf8.count)")
    }

    @Test func oneThatIsMissingIsNamed() async throws {
        let error = try await failure(of: HostTool("no-such-tool", of: "toolbox", in: here.path))
        #expect(error.reason == .toolMissing && error.remedy == "install toolbox", "\(error)")
    }

    @Test func oneThatCannotRunIsNamed() async throws {
        try TestProgram.write("#!/no/such/shell\n", at: here.path + "/tool")
        let error = try await failure(of: HostTool("tool", of: "toolbox", in: here.path))
        #expect(error.reason == .toolFailed, "\(error)")
    }
}

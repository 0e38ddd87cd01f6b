import ExecutorCore
import Foundation
import Glibc
import TestSupport
import Testing

private let staticProgram = Repository.path + "/.build/bulkhead-executor-static"

/// The program as guests get it, made by `bin/build-executor`.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: staticProgram), "bin/build-executor makes it"))
struct StaticTests {
    @Test func itIsSmallAndNeedsNoLibrary() throws {
        let bytes = try #require(FileManager.default.contents(atPath: staticProgram))
        #expect(bytes.count <= 15 << 20)
        #expect(bytes.range(of: Data("/lib64/ld-linux-x86-64.so.2\0".utf8), in: 0..<4096) == nil)
    }

    /// From its start to its end; the best of some, as other tests run beside this one.
    @Test func itStartsWithinFiftyMilliseconds() async throws {
        var best = Duration.seconds(10)
        for _ in 0..<10 {
            let start = ContinuousClock.now
            let program = try RunningProgram([Array(staticProgram.utf8), Array("--version".utf8)], environment: [])
            while program.exitStatus == nil { usleep(500) }
            #expect(program.exitStatus == 0)
            best = min(best, ContinuousClock.now - start)
        }
        #expect(best < .milliseconds(50))
    }

    @Test func itRunsATask() async throws {
        let trial = try Trial(program: staticProgram)
        try await trial.launch(Trial.task("t1", "echo $FROM_AGENT; exit 5"))
        #expect(try await trial.update("TASK_FAILED")["message"]?.text == "Command exited with status 5")
        #expect(try await trial.end() == 0)
        #expect(trial.program.outputText == "base\n")
    }
}

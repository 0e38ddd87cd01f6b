import Foundation
import TestSupport
import Testing

extension HostTests {
    /// The short form; `bin/crash-test` alone is the long one.
    @Suite struct CrashTests {
        @Test func killedAtRandomTimesNothingIsLostDoubledOrLeft() async throws {
            let bench = try Bench()
            let words = [Bench.repository + "/bin/crash-test", "--kills", "8", "--limit", "40"]
            let worker = URL(fileURLWithPath: Bench.program).deletingLastPathComponent().path + "/crash-worker"
            let program = try RunningProgram(
                words.map { Array($0.utf8) }, environment: bench.environment(["BULKHEAD_CRASH_WORKER": worker]))
            #expect(try await program.wait(within: .seconds(180)) == 0, "\(program.outputText) \(program.errorText)")
            #expect(program.outputText.contains("nothing lost, doubled or left"))
        }
    }
}

import Foundation
import TestSupport
import Testing

/// The self-test's own program.
enum Canaries {
    static func program() async throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let words = ["/usr/bin/env", Bench.repository + "/bin/build-canary"]
        let build = try RunningProgram(words.map { Array($0.utf8) }, environment: [Array("PATH=\(path)".utf8)])
        #expect(try await build.wait(within: .seconds(60)) == 0, "\(build.errorText)")
        return build.outputText.trimmingCharacters(in: .newlines)
    }
}

import Foundation
import TestSupport
import Testing

extension Bench {
    /// A name that no other container of the tests has.
    static func name() -> String { "t" + UUID().uuidString.prefix(8).lowercased() }

    /// Starts `bulkhead run --json` with a name of its own.
    ///
    /// - Parameter starter: what starts it instead of us, such as `setpriv` with its options.
    func launch(
        _ options: [String] = [], name: String = Bench.name(), json: Bool = true, command: [String],
        input: RunningProgram.Input = .none, environment: [String: String] = [:], by starter: [String] = []
    ) throws -> Launched {
        let words = ["run", "--name", name] + (json ? ["--json"] : []) + options + ["--"] + command
        return Launched(name: name, program: try start(words, input: input, environment: environment, by: starter))
    }

    /// Starts a shell's script in a guest, its standard error free for lines to wait for.
    func launch(
        _ options: [String] = [], name: String = Bench.name(), shell script: String,
        input: RunningProgram.Input = .none,
        environment: [String: String] = [:], by words: [String] = []
    ) throws -> Launched {
        try launch(options, name: name, command: ["sh", "-c", script], input: input, environment: environment, by: words)
    }

    /// Runs a command in a guest to its end and sees that nothing of it is left.
    func run(
        _ options: [String] = [], command: [String], input: RunningProgram.Input = .none,
        environment: [String: String] = [:], within limit: Duration = .seconds(180),
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> Finished {
        let launched = try launch(options, command: command, input: input, environment: environment)
        return try await finish(launched, within: limit, location)
    }

    func run(
        _ options: [String] = [], shell script: String, input: RunningProgram.Input = .none,
        environment: [String: String] = [:], within limit: Duration = .seconds(180),
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> Finished {
        try await run(
            options, command: ["sh", "-c", script], input: input, environment: environment, within: limit, location)
    }

    /// Waits for the end of a run and sees that nothing of it is left.
    func finish(
        _ launched: Launched, within limit: Duration = .seconds(180), _ location: SourceLocation = #_sourceLocation
    ) async throws -> Finished {
        let status = try await launched.program.wait(within: limit)
        let finished = Finished(status: status, output: launched.program.output, errors: launched.program.errors)
        let left = try await leftovers(of: launched.name, address: try? finished.report.address)
        #expect(left.isEmpty, "left behind: \(left)", sourceLocation: location)
        return finished
    }
}

/// A run under way.
struct Launched: Sendable {
    let name: String
    let program: RunningProgram
    var domain: String { "bulkhead-" + name }
}

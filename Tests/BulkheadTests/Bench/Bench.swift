import Foundation
import Glibc
import TestSupport
import Testing
import VMIsolation

/// A state directory of a suite's own and the built program working on it.
final class Bench: Sendable {
    @TaskLocal static var current: Bench?

    static var uri: String? {
        ProcessInfo.processInfo.environment["BULKHEAD_TEST_URI"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The built program, beside the test bundle.
    static var program: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path + "/bulkhead"
    }

    static var repository: String {
        URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..").standardizedFileURL.path
    }
    static var templates: String { repository + "/templates" }

    static let images = "/var/cache/bulkhead/images"

    let directory = TemporaryDirectory()
    var state: String { directory.path + "/state" }

    /// The name of the private host that everything runs in; nil where the tests run.
    let host: String?
    private var entry: [String] { host == nil ? [] : [Bench.repository + "/bin/test-host", "run", "--"] }

    init(inHostOfItsOwn: Bool = false) throws {
        host = inHostOfItsOwn ? "own-" + UUID().uuidString.prefix(8) : nil
        try #require(access(Bench.program, X_OK) == 0, "\(Bench.program) is not built")
    }

    /// The environment of the tests without what would change the program's behaviour, and this state directory.
    func environment(_ more: [String: String] = [:]) -> [[UInt8]] {
        var values = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BULKHEAD_") }
        values["BULKHEAD_STATE_DIR"] = state
        values["BULKHEAD_CONNECT"] = Bench.uri ?? "qemu:///system"
        values["BULKHEAD_HOST"] = host
        values.merge(more) { $1 }
        return values.map { Array("\($0)=\($1)".utf8) }
    }

    /// Starts the program.
    func start(
        _ arguments: [String], raw: [[UInt8]] = [], input: RunningProgram.Input = .none,
        environment more: [String: String] = [:], by starter: [String] = []
    ) throws -> RunningProgram {
        try RunningProgram(
            (entry + starter + [Bench.program] + arguments).map { Array($0.utf8) } + raw, environment: environment(more),
            input: input)
    }

    /// Runs the program to its end.
    func call(
        _ arguments: String..., input: RunningProgram.Input = .none, environment: [String: String] = [:],
        within limit: Duration = .seconds(60)
    ) async throws -> Finished {
        try await call(arguments, input: input, environment: environment, within: limit)
    }

    func call(
        _ arguments: [String], input: RunningProgram.Input = .none, environment: [String: String] = [:],
        within limit: Duration = .seconds(60)
    ) async throws -> Finished {
        let program = try start(arguments, input: input, environment: environment)
        return Finished(status: try await program.wait(within: limit), output: program.output, errors: program.errors)
    }

    /// Runs another program of this machine, found by `PATH`, to its end.
    func tool(_ arguments: String..., within limit: Duration = .seconds(60)) async throws -> Finished {
        try await tool(arguments, within: limit)
    }

    func tool(_ arguments: [String], within limit: Duration = .seconds(60)) async throws -> Finished {
        let program = try begin(arguments)
        return Finished(status: try await program.wait(within: limit), output: program.output, errors: program.errors)
    }

    /// Starts one.
    func begin(_ arguments: [String]) throws -> RunningProgram {
        try RunningProgram(
            (entry + ["/usr/bin/env"] + arguments).map { Array($0.utf8) }, environment: environment(["LC_ALL": "C"]))
    }

    func virsh(_ arguments: String...) async throws -> Finished {
        let words = entry + ["/usr/bin/env", "virsh", "-q", "-c", Bench.uri ?? "qemu:///system"] + arguments
        let program = try RunningProgram(words.map { Array($0.utf8) }, environment: environment(["LC_ALL": "C"]))
        return Finished(
            status: try await program.wait(within: .seconds(60)), output: program.output, errors: program.errors)
    }
}

/// A program that has ended.
struct Finished: CustomStringConvertible {
    var status: Int32
    var output: [UInt8]
    var errors: [UInt8]

    var text: String { String(decoding: output, as: UTF8.self) }
    var errorText: String { String(decoding: errors, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }
    var description: String { "status \(status), output “\(text.prefix(2000))”, errors “\(errorText.suffix(4000))”" }

    /// The result that `--json` prints: the last line of standard error.
    var report: RunReport {
        get throws {
            let line = errorText.split(separator: "\n").last ?? ""
            do { return try JSONDecoder().decode(RunReport.self, from: Data(line.utf8)) } catch {
                throw WaitFailure(what: "a result: \(error); \(self)")
            }
        }
    }

    /// Standard error without the result.
    var commandErrors: [UInt8] {
        let end = errors.dropLast().lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return Array(errors[..<end])
    }
}

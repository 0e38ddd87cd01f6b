import Foundation
import Glibc
import Isolation
import Subprocess
import TestSupport
import Testing

@testable import VMIsolation

/// What a guest's shell is told for a command beside another, under the shells that guests have.
@Suite struct BesideScriptTests {
    private static let shells = ["dash", "bash", "busybox"].filter { shell in
        ["/bin/", "/usr/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + shell) }
    }
    private let directory = TemporaryDirectory()

    private func words(_ shell: String, _ command: TaskCommand) throws -> [String] {
        let script = try BesideScript(command, terminal: nil)
        let run = directory.path + "/run"
        try FileManager.default.createDirectory(atPath: run + "/bulkhead", withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: run + "/bulkhead/pid", contents: Data("1\n".utf8))
        let text = script.text.replacingOccurrences(of: "/run/bulkhead", with: run + "/bulkhead")
        return (shell == "busybox" ? ["sh"] : []) + ["-c", text]
    }

    private func run(_ shell: String, _ command: TaskCommand) async throws -> (output: [UInt8], errors: String, status: Int32) {
        let ended = try await Subprocess.run(
            .name(shell), arguments: .init(try words(shell, command)),
            output: .data(limit: 1 << 20), error: .string(limit: 1 << 16))
        guard case .exited(let status) = ended.terminationStatus else { throw CancellationError() }
        return (Array(ended.standardOutput), ended.standardError, status)
    }

    private func command(_ arguments: String..., change: (inout TaskCommand) -> Void = { _ in }) -> TaskCommand {
        var command = TaskCommand(arguments: arguments, directory: directory.path + "/work")
        change(&command)
        return command
    }

    @Test(arguments: shells)
    func whatIsGivenArrivesAsItIs(_ shell: String) async throws {
        let hostile = ["", " ", "$(touch x)", "'", "\"", "\\", "\n", "$HOME", ";reboot", "-n", "--", "*", "é"]
        let result = try await run(shell, command(["printf", "%s\\0"], hostile))
        #expect(result.output == hostile.flatMap { Array($0.utf8) + [0] }, "\(result.errors)")
        let other = try await run(
            shell,
            command("env") {
                $0.environment = [.init(name: "odd.name", value: "'\n\""), .init(name: "COLOUR", value: "red")]
            })
        let text = String(decoding: other.output, as: UTF8.self)
        #expect(text.contains("\nodd.name='\n\"\nCOLOUR=red\n") && text.contains("\nUSER=root\n"), "\(text)\(other.errors)")
        let place = try await run(shell, command("pwd"))
        #expect(String(decoding: place.output, as: UTF8.self) == directory.path + "/work\n")
    }

    private func command(_ first: [String], _ rest: [String]) -> TaskCommand {
        TaskCommand(arguments: first + rest, directory: directory.path + "/work")
    }

    @Test(arguments: shells)
    func itsEndIsTheCommands(_ shell: String) async throws {
        #expect(try await run(shell, command("sh", "-c", "exit 7")).status == 7)
        let killed = try await run(shell, command("sh", "-c", "kill -9 $$"))
        #expect(killed.status == 137 && killed.errors.isEmpty, "\(killed.errors)")
        let missing = try await run(shell, command("/no/program") { $0.environment = [.init(name: "A", value: "b")] })
        #expect(missing.status == 127 && missing.errors.contains("commandNotFound: /no/program"), "\(missing.errors)")
        let nobody = try await run(shell, command("true") { $0.user = "nobody-of-this-name" })
        #expect(nobody.status == 125 && nobody.errors.contains("there is no user"), "\(nobody.errors)")
    }

    /// The shell above it stands for the SSH server's process.
    @Test(arguments: shells)
    func itEndsWithItsSession(_ shell: String) async throws {
        let number = directory.path + "/number"
        let inner = try words(shell, command("sh", "-c", "echo $$ >\(number); sleep 1000"))
        let session = try RunningProgram(
            (["/bin/sh", "-c", "\"$@\"; true", "sh", shell] + inner).map { RawText.decode($0) },
            environment: [Array("PATH=/usr/bin:/bin:/usr/sbin:/sbin".utf8)])
        let pid = try await eventually("the command", within: .seconds(20)) {
            (try? String(contentsOfFile: number, encoding: .utf8)).flatMap { Int32($0.dropLast()) }
        }
        session.signal(SIGKILL)
        _ = try await session.wait(within: .seconds(60))
        try await eventually("its end", within: .seconds(20)) {
            guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return true }
            return stat.contains(") Z ") ? true : nil
        }
    }

    @Test func badCommandsAreRefused() {
        #expect(throws: BulkheadError.self) { try BesideScript(TaskCommand(arguments: []), terminal: nil) }
        let large = TaskCommand(arguments: ["true", String(repeating: "x", count: 32 << 10)])
        #expect(throws: BulkheadError.self) { try BesideScript(large, terminal: nil) }
    }
}

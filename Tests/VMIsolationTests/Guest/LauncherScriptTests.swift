import Foundation
import Isolation
import Subprocess
import TestSupport
import Testing

@testable import VMIsolation

/// The launcher script under the shells that guests have, its fixed paths moved into a directory of the test's own.
@Suite struct LauncherScriptTests {
    private static let shells = ["dash", "bash", "busybox"].filter { shell in
        ["/bin/", "/usr/bin/"].contains { FileManager.default.isExecutableFile(atPath: $0 + shell) }
    }
    private let directory = TemporaryDirectory()

    private struct Result {
        var output: [UInt8]
        var errors: String
        var status: Int32
        var proof: LauncherResult?
    }

    /// - Parameter shell: `busybox` runs it as its `sh`.
    /// - Parameter afresh: as in a guest that has run nothing yet.
    private func run(_ shell: String, _ command: TaskCommand, afresh: Bool = true) async throws -> Result {
        if afresh { try? FileManager.default.removeItem(atPath: directory.path + "/run") }
        var command = command
        command.directory = directory.path + "/work"
        let script = try LauncherScript(
            command, container: ContainerID("test"), template: Repository.path + "/templates/launcher.sh")
        let moved = RawText.decode(
            RawText.encode(script.bytes)
                .replacingOccurrences(of: LauncherScript.directory, with: directory.path + "/run")
                .replacingOccurrences(of: "/sandbox", with: directory.path + "/sandbox"))
        let path = try directory.file("launcher.sh", moved)
        // Subprocess starts it with no signal blocked; busybox' wait would wait for ever for a blocked SIGCHLD.
        let ended = try await Subprocess.run(
            .name(shell), arguments: .init((shell == "busybox" ? ["sh"] : []) + [path]),
            output: .data(limit: 1 << 20), error: .string(limit: 1 << 16))
        guard case .exited(let status) = ended.terminationStatus else { throw CancellationError() }
        let file = FileManager.default.contents(atPath: directory.path + "/run/result").map { Array($0) } ?? []
        return Result(
            output: Array(ended.standardOutput), errors: ended.standardError, status: status,
            proof: LauncherResult(file, nonce: script.nonce))
    }

    @Test(arguments: shells)
    func hostileArgumentsArriveAsTheyAre(_ shell: String) async throws {
        let hostile = [
            "", " ", "a b", "$(touch x)", "`id`", "'", "\"", "\\", "\n", "a\nb\n", "$HOME", ";reboot", "-n", "--", "*",
            "~",
            "é", RawText.encode([0xff, 0x80, 0x01, 0xfe]), "{{nonce}}", "%s", "!!",
        ]
        let result = try await run(shell, TaskCommand(arguments: ["printf", "%s\\0"] + hostile))
        #expect(result.output == hostile.flatMap { RawText.decode($0) + [0] })
        #expect(result.proof?.status == 0)
    }

    @Test(arguments: shells)
    func everyByteSurvivesInArgumentsAndEnvironment(_ shell: String) async throws {
        let bytes = RawText.encode((1...255).map { UInt8($0) })
        let result = try await run(
            shell,
            TaskCommand(
                arguments: ["sh", "-c", "printf %s \"$1\"; printenv NAME", "sh", bytes],
                environment: [.init(name: "NAME", value: bytes)]))
        let all = (1...255).map { UInt8($0) }
        let isWhole = result.output == all + all + [10]
        #expect(isWhole, "\(result.errors)")
    }

    @Test(arguments: shells)
    func theStatusIsTheCommandsAndIsProven(_ shell: String) async throws {
        let seven = try await run(shell, TaskCommand(arguments: ["sh", "-c", "exit 7"]))
        #expect(seven.status == 7 && seven.proof?.status == 7)
        let killed = try await run(shell, TaskCommand(arguments: ["sh", "-c", "kill -9 $$"]))
        #expect(killed.status == 137 && killed.proof?.status == 137)
    }

    /// Neither a shell nor `su` has words for the command's end among the command's own. Only root has other users.
    @Test(arguments: shells, [("KILL", UInt8(137)), ("SEGV", 139), ("ABRT", 134)])
    func aSignalsEndIsSilent(_ shell: String, _ signal: (name: String, status: UInt8)) async throws {
        for user in geteuid() == 0 ? ["root", "nobody"] : ["root"] {
            for terminal in [false, true] {
                let killed = TaskCommand(
                    arguments: ["sh", "-c", "echo mine >&2; kill -\(signal.name) $$"], user: user, terminal: terminal)
                let result = try await run(shell, killed)
                #expect(result.proof.map { $0.status == signal.status } == true, "\(user) \(terminal)")
                #expect(result.errors == "mine\n", "\(user) \(terminal)")
            }
        }
    }

    @Test(arguments: shells)
    func whatCannotBeStartedIsNamed(_ shell: String) async throws {
        let missing = try await run(shell, TaskCommand(arguments: ["no-such-program"]))
        #expect(missing.status == 127 && missing.errors.contains("commandNotFound: no-such-program"))
        let file = try directory.file("plain", Array("text".utf8))
        let plain = try await run(shell, TaskCommand(arguments: [file]))
        #expect([126, 127].contains(plain.status))
        let nobody = try await run(shell, TaskCommand(arguments: ["true"], user: "no-such-user"))
        #expect(nobody.status == 125 && nobody.proof?.error == "user")
    }

    @Test(arguments: shells)
    func theCommandRunsInItsDirectory(_ shell: String) async throws {
        let result = try await run(shell, TaskCommand(arguments: ["pwd"]))
        #expect(String(decoding: result.output, as: UTF8.self) == directory.path + "/work\n")
    }

    @Test(arguments: shells)
    func namesThatNoShellTakesReachTheCommand(_ shell: String) async throws {
        let odd = try await run(
            shell, TaskCommand(arguments: ["printenv", "ODD.NAME"], environment: [.init(name: "ODD.NAME", value: "x")]))
        #expect(odd.output == Array("x\n".utf8))
        let option = try await run(
            shell, TaskCommand(arguments: ["printenv", "--", "-i"], environment: [.init(name: "-i", value: "x")]))
        #expect(option.output == Array("x\n".utf8))
        let program = try TestProgram.write("#!/bin/sh\necho here\n", at: directory.path + "/a=b")
        let named = try await run(shell, TaskCommand(arguments: [program]))
        #expect(named.output == Array("here\n".utf8))
    }

    @Test(arguments: shells)
    func whoeverIsToldTwiceToRunItRunsItOnce(_ shell: String) async throws {
        let first = try await run(shell, TaskCommand(arguments: ["echo", "once"]))
        #expect(first.output == Array("once\n".utf8))
        let second = try await run(shell, TaskCommand(arguments: ["echo", "once"]), afresh: false)
        #expect(second.output.isEmpty && second.status == 125)
    }

    @Test func aZeroByteIsRefused() throws {
        #expect(throws: BulkheadError.self) {
            try LauncherScript(
                TaskCommand(arguments: ["a\0b"]), container: ContainerID("test"),
                template: Repository.path + "/templates/launcher.sh")
        }
    }
}

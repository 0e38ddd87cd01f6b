import Foundation
import Glibc

/// A process started by a test, with its output in a file, and ended with its whole group.
final class ChildProcess: Sendable {
    let identifier: pid_t

    init(_ arguments: [String], log: String = "/dev/null") throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var pointers = arguments.map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        pointers.append(nil)
        var identifier: pid_t = 0
        let status = posix_spawn(&identifier, arguments[0], &actions, &attributes, pointers, environ)
        guard status == 0 else { throw POSIXError(POSIXErrorCode(rawValue: status) ?? .EIO) }
        self.identifier = identifier
    }

    func signal(_ number: CInt) {
        kill(identifier, number)
    }

    /// Ends it and reaps it. Once.
    func end() {
        kill(-identifier, SIGKILL)
        kill(identifier, SIGKILL)
        var status: CInt = 0
        waitpid(identifier, &status, 0)
    }
}

/// A port on loopback that was free a moment ago.
func freePort() throws -> UInt16 {
    let listener = try Listener()
    defer { listener.close() }
    return listener.port
}

/// Runs a local command and returns what it wrote to its standard output.
func run(_ arguments: [String]) throws -> String {
    let file = URL.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = try ChildProcess(arguments, log: file.path)
    var status: CInt = 0
    waitpid(process.identifier, &status, 0)
    return try String(contentsOf: file, encoding: .utf8)
}

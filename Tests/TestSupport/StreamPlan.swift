import CLinux
import Foundation
import Glibc

/// Where a program's three streams lead, and its start.
struct StreamPlan {
    /// The writing end of the program's standard input.
    let input: FileHandle?
    private let sources: [(path: String, flags: Int32)]

    init(_ input: RunningProgram.Input, directory: TemporaryDirectory) throws {
        let outputs = ["out", "err"].map { (directory.path + "/" + $0, O_WRONLY | O_CREAT | O_APPEND) }
        switch input {
        case .none: (self.input, sources) = (nil, [("/dev/null", O_RDONLY)] + outputs)
        case .bytes(let bytes): (self.input, sources) = (nil, [(try directory.file("in", bytes), O_RDONLY)] + outputs)
        case .terminal(let terminal): (self.input, sources) = (nil, Array(repeating: (terminal.path, O_RDWR), count: 3))
        case .pipe:
            // Open for both, so that neither end waits for the other; no child of another test inherits it.
            let path = directory.path + "/in"
            mkfifo(path, 0o600)
            let descriptor = open(path, O_RDWR | O_CLOEXEC)
            guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            self.input = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            sources = [(path, O_RDONLY)] + outputs
        }
    }

    /// Its own session, so that a terminal becomes its controlling one; signals as a shell would leave them.
    func spawn(_ arguments: [[UInt8]], _ environment: [[UInt8]]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (index, source) in sources.enumerated() {
            posix_spawn_file_actions_addopen(&actions, Int32(index), source.path, source.flags, 0o600)
        }
        // Sockets of other tests: one that the program had, too, would stay open after its test has closed it.
        _ = posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT] { sigaddset(&signals, number) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which Swift does not import
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(newSession))
        let (words, variables) = (StreamPlan.strings(arguments), StreamPlan.strings(environment))
        defer { for pointer in words + variables { free(pointer) } }
        guard let program = words.first ?? nil else { throw POSIXError(.EINVAL) }
        var identifier: pid_t = 0
        let error = posix_spawn(&identifier, program, &actions, &attributes, words, variables)
        guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EIO) }
        return identifier
    }

    private static func strings(_ values: [[UInt8]]) -> [UnsafeMutablePointer<CChar>?] {
        values.map { value in
            let word = malloc(value.count + 1)?.bindMemory(to: CChar.self, capacity: value.count + 1)
            for (index, byte) in (value + [0]).enumerated() { word?[index] = CChar(bitPattern: byte) }
            return word
        } + [nil]
    }
}

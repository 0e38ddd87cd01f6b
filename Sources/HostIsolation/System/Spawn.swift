import CLinux
import Glibc
import Isolation

/// A program that is to be started with a clean slate: a session of its own, default signals, and no descriptor but
/// those that are named.
struct Spawn {
    var arguments: [[UInt8]]
    var environment: [[UInt8]] = []
    var directory: String?
    /// By the number that the program is to see; 0, 1 and 2 are needed always, but where there is a terminal.
    var descriptors: [Int32: Descriptor]
    /// Path of the terminal that the program is to have as its own, as 0, 1 and 2.
    var terminal: String?

    /// - Returns: the child's number; its end is to be collected by ``ProcessIdentity/collect(_:)``.
    func start() throws(SystemCallError) -> pid_t {
        // Above everything that the child is to see, so that no duplicate is overwritten by the next.
        var duplicates: [(Int32, Descriptor)] = []
        for (number, descriptor) in descriptors.sorted(by: { $0.key < $1.key }) {
            let copy = try SystemCallError.check("dup") { fcntl(descriptor.number, F_DUPFD_CLOEXEC, Int32(32)) }
            duplicates.append((number, Descriptor(owning: copy)))
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, copy) in duplicates { posix_spawn_file_actions_adddup2(&actions, copy.number, number) }
        if let terminal {
            // The leader of a new session gets the terminal that it opens first.
            posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
            for number: Int32 in [1, 2] { posix_spawn_file_actions_adddup2(&actions, 0, number) }
        }
        let first = 1 + (descriptors.keys.max() ?? 2)
        _ = posix_spawn_file_actions_addclosefrom_np(&actions, first)
        if let directory { _ = posix_spawn_file_actions_addchdir_np(&actions, directory) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        configure(&attributes)
        return try run(&actions, &attributes)
    }

    private func configure(_ attributes: inout posix_spawnattr_t) {
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        let flags = Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK) | linux_spawn_setsid
        posix_spawnattr_setflags(&attributes, flags)
    }

    private func run(
        _ actions: inout posix_spawn_file_actions_t, _ attributes: inout posix_spawnattr_t
    ) throws(SystemCallError) -> pid_t {
        let (words, variables) = (CStrings(arguments), CStrings(environment))
        guard let program = words.pointers.first ?? nil else { throw SystemCallError(call: "start", code: EINVAL) }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, program, &actions, &attributes, words.pointers, variables.pointers)
        withExtendedLifetime((words, variables)) {}
        guard code == 0 else { throw SystemCallError(call: "start", code: code) }
        return pid
    }
}

/// A list of texts as C wants it, ended by a null.
private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [[UInt8]]) {
        pointers =
            texts.map { text in
                let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count + 1)
                for (index, byte) in text.enumerated() { copy[index] = CChar(bitPattern: byte) }
                copy[text.count] = 0
                return copy
            } + [nil]
    }

    deinit { for pointer in pointers { pointer?.deallocate() } }
}

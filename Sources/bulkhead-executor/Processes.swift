import CLinux
import ExecutorCore
import Glibc

/// The commands that run: each leads a session of its own.
struct Processes {
    enum Owner: Hashable {
        case task(String)
        case check(String, CheckKind)
    }

    struct Failure: Error { var what: String }

    let directory: String?
    /// Variables that all commands have, by their names.
    let environment: [String: [UInt8]]
    private var owners: [pid_t: Owner] = [:]
    private var hasStarted = false

    init(directory: String?, environment: [String: [UInt8]]) {
        (self.directory, self.environment) = (directory, environment)
    }

    /// - Parameter output: what becomes its standard output; its standard error is ours.
    mutating func start(_ plan: CommandPlan, for owner: Owner, output: Int32) throws(Failure) {
        var variables = environment
        let user = try user(plan.user)
        if let user {
            for (name, value) in [("HOME", user.home), ("USER", user.name), ("LOGNAME", user.name)] {
                variables[name] = Array("\(name)=\(value)".utf8)
            }
        }
        for variable in plan.environment { variables[variable.name] = Array("\(variable.name)=\(variable.value)".utf8) }
        var failure = linux_start_failure()
        let process = run(plan, Array(variables.values), user, output, &failure)
        guard process > 0 else { throw Failure(what: describe(failure, plan)) }
        owners[process] = owner
        hasStarted = true
    }

    /// Nil: no change.
    private func user(_ name: String?) throws(Failure) -> User? {
        guard let name else { return nil }
        guard let user = User(name) else { throw Failure(what: "No such user: '\(name)'") }
        guard user.uid != geteuid() else { return nil }
        guard geteuid() == 0 else { throw Failure(what: "Not allowed to run as user '\(name)'") }
        return user
    }

    private func run(
        _ plan: CommandPlan, _ variables: [[UInt8]], _ user: User?, _ output: Int32,
        _ failure: inout linux_start_failure
    ) -> pid_t {
        let (words, environment) = (CStrings(plan.arguments.map { Array($0.utf8) }), CStrings(variables))
        let groups = user?.groups ?? []
        return withExtendedLifetime((words, environment)) {
            plan.program.withCString { name in
                groups.withUnsafeBufferPointer { groups in
                    withOptionalCString(directory) { directory in
                        var program = linux_program()
                        (program.name, program.directory) = (name, directory)
                        program.arguments = UnsafePointer(words.pointer)
                        program.environment = UnsafePointer(environment.pointer)
                        (program.output, program.errors) = (output, STDERR_FILENO)
                        if let user {
                            (program.changes_user, program.user, program.group) = (1, user.uid, user.gid)
                            (program.groups, program.group_count) = (groups.baseAddress, groups.count)
                        }
                        return linux_start_program(&program, &failure)
                    }
                }
            }
        }
    }

    private func describe(_ failure: linux_start_failure, _ plan: CommandPlan) -> String {
        let why = System.words(failure.code)
        return switch failure.step {
        case linux_start_user: "Failed to become user '\(plan.user ?? "")': \(why)"
        case linux_start_directory: "Failed to enter directory '\(directory ?? "")': \(why)"
        case linux_start_exec: "Failed to execute command '\(plan.program)': \(why)"
        default: "Failed to start a process: \(why)"
        }
    }

    /// To every process of a command.
    func signal(_ owner: Owner, _ number: Int32) {
        guard let leader = owners.first(where: { $0.value == owner })?.key else { return }
        Self.signal(number) { $0.tree(of: leader) }
    }

    /// What SIGKILL does not reach at once has just been started: it is looked for again.
    private static func signal(_ number: Int32, _ choose: (ProcessTable) -> [pid_t]) {
        for _ in 0..<(number == SIGKILL ? 5 : 1) {
            let members = choose(ProcessTable())
            if members.isEmpty { return }
            for member in members { kill(member, number) }
            // One that is stopped would not hear it.
            for member in members where number != SIGKILL { kill(member, SIGCONT) }
        }
    }

    /// Takes what has ended; what it left in its session ends with it.
    mutating func reap() -> [(Owner, ExitStatus)] {
        var ended: [(Owner, ExitStatus)] = []
        var info = siginfo_t()
        while waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0, info._sifields._sigchld.si_pid > 0 {
            let process = info._sifields._sigchld.si_pid
            let owner = owners.removeValue(forKey: process)
            // Until we have waited for it, nobody else can have its number.
            if owner != nil { Self.signal(SIGKILL) { $0.tree(of: process) } }
            var raw: Int32 = 0
            guard waitpid(process, &raw, 0) == process else { break }
            if let owner { ended.append((owner, ExitStatus(raw: raw))) }
            info = siginfo_t()
        }
        return ended
    }

    /// Ends a command of which nobody wants to know the end.
    mutating func drop(_ owner: Owner) {
        signal(owner, SIGKILL)
        owners = owners.filter { $0.value != owner }
    }

    /// The end of everything that came of us.
    func endAll() {
        if hasStarted { Self.signal(SIGKILL) { $0.descendants } }
    }
}

/// Strings as C wants them, an end behind the last.
private final class CStrings {
    let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [[UInt8]]) {
        count = strings.count
        pointer = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() {
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: string.count + 1)
            for (offset, byte) in string.enumerated() { (copy + offset).initialize(to: CChar(bitPattern: byte)) }
            (copy + string.count).initialize(to: 0)
            (pointer + index).initialize(to: copy)
        }
        (pointer + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { pointer[index]?.deallocate() }
        pointer.deallocate()
    }
}

private func withOptionalCString<Value>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Value) -> Value {
    guard let text else { return body(nil) }
    return text.withCString(body)
}

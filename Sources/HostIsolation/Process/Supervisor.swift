import FoundationEssentials
import Isolation

/// The shell that starts a command, waits for it, and leaves its exit status in a file: it outlives us.
///
/// Everything that varies is an argument. No variable of its own has a name that a task would use, and the one that holds
/// the nonce is not handed on.
struct Supervisor {
    /// Arguments: the result file, `mv`, and the command's words. Descriptor 3 brings the nonce when the command is to
    /// run; its end without one says that we died before that.
    ///
    /// What this shell has to say of the command's end ("Killed") is nobody's output: a subshell alone has the command's
    /// standard error.
    static let script = """
        umask 022
        trap : HUP INT QUIT TERM
        read -r bulkhead_nonce <&3 || exit 0
        exec 3<&- 4>&2 2>/dev/null
        run() { shift 2; (exec "$@") 2>&4 4>&-; }
        report() {
            printf 'nonce=%s\\nstatus=%s\\n' "$bulkhead_nonce" "$3" >"$1.new" && "$2" -f "$1.new" "$1"
        }
        run "$@"
        report "$1" "$2" "$?"
        """

    /// Arguments: directory, program, and the words to become. Runs as the command's user, in its session.
    static let command = """
        [ ! -w /proc/self/oom_score_adj ] || echo 500 >/proc/self/oom_score_adj
        cd -- "$1" || exit 125
        command -v -- "$2" >/dev/null || { echo "bulkhead: commandNotFound: $2" >&2; exit 127; }
        shift 2
        exec "$@"
        """

    let arguments: [[UInt8]]
    let environment: [[UInt8]]

    /// - Throws: ``BulkheadError`` with `toolMissing`, or `badOption` for a command that a process cannot be.
    init(_ command: TaskCommand, of record: ProcessRecord, more: [TaskCommand.Variable], places: ProcessPlaces)
        throws(BulkheadError)
    {
        let user = try Supervisor.check(command)
        let variables = Supervisor.variables(command, more, user, record)
        let (plain, odd) = Supervisor.split(variables)
        var words = ["/bin/sh", "-c", Supervisor.script, "bulkhead", places.result, try HostTool.find("mv")]
        words.append(try HostTool.find("setsid"))
        if !user.isOurs {
            words += [
                try HostTool.find("setpriv"), "--reuid=\(user.uid)", "--regid=\(user.gid)", "--init-groups", "--",
            ]
        }
        words += ["/bin/sh", "-c", Supervisor.command, "bulkhead", places.hostPath(command.directory)]
        let env = odd.isEmpty ? [] : [try HostTool.find("env")] + odd
        arguments = (words + [command.arguments.first ?? ""] + env + command.arguments).map(RawText.decode)
        environment = plain.map(RawText.decode)
    }

    /// - Returns: whom it runs as.
    @discardableResult
    static func check(_ command: TaskCommand) throws(BulkheadError) -> HostUser {
        guard !command.arguments.isEmpty else {
            throw BulkheadError(.badOption, "command", "it is empty", remedy: "name a program")
        }
        guard !command.terminal else {
            throw BulkheadError(
                .badOption, "--terminal", "a process on the host gets no terminal",
                remedy: "leave it out, or run it with --isolation=vm")
        }
        return try HostUser.named(command.user)
    }

    /// By name, the task's own last: those win.
    private static func variables(
        _ command: TaskCommand, _ more: [TaskCommand.Variable], _ user: HostUser, _ record: ProcessRecord
    ) -> [String: String] {
        var values = ["PATH": HostTool.path, "HOME": user.home, "USER": user.name, "LOGNAME": user.name]
        for variable in more + command.environment { values[variable.name] = variable.value }
        values["BULKHEAD_MACHINE"] = record.machine.uuidString
        return values
    }

    /// Variables that a shell hands on as they are, and those that only `env` can: these are seen in the process list.
    private static func split(_ variables: [String: String]) -> (plain: [String], odd: [String]) {
        let shells: Set = [
            "_", "IFS", "OLDPWD", "OPTIND", "PPID", "PS1", "PS2", "PS4", "PWD", "SHLVL", "bulkhead_nonce",
        ]
        var (plain, odd): ([String], [String]) = ([], [])
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            let isPlain = name.utf8.allSatisfy {
                $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) && $0 < 0x80
            }
            let isName = isPlain && !(name.utf8.first.map { (0x30...0x39).contains($0) } ?? true)
            if isName && !shells.contains(name) {
                plain.append("\(name)=\(value)")
            } else {
                odd.append("\(name)=\(value)")
            }
        }
        return (plain, odd)
    }
}

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
        let task = try TaskWords(
            command, of: record, more: more, places: places, user: user, script: Supervisor.command)
        let words = [
            "/bin/sh", "-c", Supervisor.script, "bulkhead", places.result, try HostTool.find("mv"),
            try HostTool.find("setsid"),
        ]
        arguments = (words + task.words).map(RawText.decode)
        environment = task.environment.map(RawText.decode)
    }

    /// - Returns: whom it runs as.
    @discardableResult
    static func check(_ command: TaskCommand) throws(BulkheadError) -> HostUser {
        guard !command.terminal else {
            throw BulkheadError(
                .badOption, "--terminal", "a process on the host gets no terminal",
                remedy: "leave it out, or run it with --isolation=vm")
        }
        return try TaskWords.check(command)
    }
}

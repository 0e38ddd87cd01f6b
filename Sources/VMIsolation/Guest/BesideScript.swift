import Isolation

/// What a guest's shell is told, to run a command beside the container's own.
///
/// It runs over a session of its own: an SSH server may break a session where one command ends while another begins.
struct BesideScript {
    /// Arguments: number, user, directory, whether there is a terminal, program, and the words to become.
    ///
    /// The guard ends all that is left of the command when its session is over. It is no child of the command, which may
    /// wait for all that it has, and ignores what the command is sent.
    static let script = """
        umask 022
        file=/run/bulkhead-beside/$1 user=$2 workdir=$3 terminal=$4
        shift 4
        fail() { echo "bulkhead: commandNotStarted: $1" >&2; exit 125; }
        tries=0
        until [ -s /run/bulkhead/pid ]; do
            tries=$((tries + 1))
            [ $tries -lt 300 ] || fail "the command of the container itself has not begun"
            sleep 0.1
        done
        case $user in *[!0-9]*) ;; *)
            while IFS=: read -r name _ number _; do
                [ "$number" != "$user" ] || user=$name
            done </etc/passwd
            ;;
        esac
        [ "$user" = root ] || id -u "$user" >/dev/null 2>&1 || fail "there is no user $user"
        if [ ! -d "$workdir" ]; then
            mkdir -p "$workdir" && chown "$user" "$workdir" || fail "there can be no directory $workdir"
        fi
        [ -d /run/bulkhead-beside ] || mkdir -p -m 700 /run/bulkhead-beside || fail "there is no place in /run"
        set -- "$file" $PPID "$user" "$workdir" "$@"
        [ $terminal = 0 ] || exec sh -c "$inner" sh "$@"
        apart=bulkhead-task
        command -v $apart >/dev/null || apart=setsid
        # What this shell has to say of the command's end ("Killed") is nobody's output.
        exec 3>&2 2>/dev/null
        (exec $apart sh -c "$inner" sh "$@") 2>&3 3>&-
        exit $?
        """

    /// Arguments: file for the group's number, the session's process, user, directory, program, and the words to become. It
    /// leads the group.
    static let inner = """
        echo $$ >"$1"
        ( (
            trap "" HUP INT QUIT TERM USR1 USR2
            exec </dev/null >/dev/null 2>&1
            while kill -0 $2; do sleep 1; done
            rm -f "$1"
            kill -s KILL -- -$$
        ) & )
        user=$3 workdir=$4
        shift 4
        ulimit -c 0
        [ ! -w /proc/self/oom_score_adj ] || echo 500 >/proc/self/oom_score_adj
        unset inner
        set -- "$workdir" "$@"
        become='cd -- "$1" || exit 125
        command -v -- "$2" >/dev/null || { echo "bulkhead: commandNotFound: $2" >&2; exit 127; }
        shift 2
        exec "$@"'
        if [ "$user" = root ]; then
            export HOME=/root USER=root
            eval "$become"
        fi
        exec su -s /bin/sh -c "$become" -- "$user" sh "$@"
        """

    let text: String
    private let file: String

    /// - Throws: ``BulkheadError`` with `badOption` for a command that is empty or too large.
    init(_ command: TaskCommand, terminal: TerminalRequest?) throws(BulkheadError) {
        guard let program = command.arguments.first else {
            throw BulkheadError(.badOption, "command", "it is empty", remedy: "name a program")
        }
        let number = String(UInt64.random(in: 0 ... .max), radix: 36)
        file = "/run/bulkhead-beside/\(number)"
        var variables = command.environment
        if let terminal { variables.append(.init(name: "TERM", value: terminal.type)) }
        // `env` takes what a shell could not export, and would take such a program's name for a variable.
        let isOdd = program.contains("=") && !variables.isEmpty
        let environment = variables.isEmpty ? [] : ["env", "--"] + variables.map { "\($0.name)=\($0.value)" }
        let words =
            [number, command.user, command.directory, terminal == nil ? "0" : "1", program] + environment
            + (isOdd ? ["sh", "-c", "exec \"$@\"", "sh"] : []) + command.arguments
        let quoted = words.map(ShellQuoting.quote).joined(separator: " ")
        text =
            "inner=\(ShellQuoting.quote(Self.inner)); export inner; "
            + "exec sh -c \(ShellQuoting.quote(Self.script)) sh \(quoted)"
        guard RawText.decode(text).count <= 32 << 10 else {
            throw BulkheadError(
                .badOption, "command", "with its variables it is larger than 30 KiB",
                remedy: "write it into a file in the container and run that")
        }
    }

    /// Delivers a signal to the command's whole process group. SIGKILL ends the guard, too.
    func signal(_ number: Int32) -> String {
        "read -r group <\(file) && kill -s \(number) -- -$group" + (number == 9 ? "; rm -f \(file)" : "")
    }
}

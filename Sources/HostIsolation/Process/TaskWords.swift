import FoundationEssentials
import Isolation

/// How a command of a container's is started on the host: as its user, in its directory, with its variables.
struct TaskWords {
    let words: [String]
    let environment: [String]

    /// - Parameter script: a shell's; its arguments are directory, program, and the words to become.
    /// - Throws: ``BulkheadError`` with `toolMissing`.
    init(
        _ command: TaskCommand, of record: ProcessRecord, more: [TaskCommand.Variable], places: ProcessPlaces,
        user: HostUser, script: String
    ) throws(BulkheadError) {
        let (plain, odd) = TaskWords.split(TaskWords.variables(command, more, user, record))
        var words: [String] = []
        if !user.isOurs {
            words += [
                try HostTool.find("setpriv"), "--reuid=\(user.uid)", "--regid=\(user.gid)", "--init-groups", "--",
            ]
        }
        words += ["/bin/sh", "-c", script, "bulkhead", places.hostPath(command.directory)]
        let env = odd.isEmpty ? [] : [try HostTool.find("env")] + odd
        self.words = words + [command.arguments.first ?? ""] + env + command.arguments
        environment = plain
    }

    /// - Returns: whom it runs as.
    static func check(_ command: TaskCommand) throws(BulkheadError) -> HostUser {
        guard !command.arguments.isEmpty else {
            throw BulkheadError(.badOption, "command", "it is empty", remedy: "name a program")
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
